import { execFileSync } from 'node:child_process';
import { accessSync, constants, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const INSTALL_TIMEOUT_MS = 300_000;

/** The path of a program: on the PATH, or where Debian keeps PostgreSQL's server programs (newest version first). */
export function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const debian = globSync('/usr/lib/postgresql/*/bin').sort((a, b) =>
    b.localeCompare(a, 'en', { numeric: true }),
  );
  return [...folders, ...debian].map((folder) => join(folder, name)).find(isExecutable);
}

/** Finds a program, or installs its Debian package where root and apt-get allow. Throws a sentence otherwise. */
export function ensureProgram(name: string, debianPackage: string, print: (line: string) => void): string {
  const found = findProgram(name);
  if (found) return found;
  if (process.getuid?.() !== 0 || !findProgram('apt-get')) {
    throw new Error(
      `${name} is not on the PATH. Install it, e.g. with: sudo apt-get install ${debianPackage}`,
    );
  }
  print(`Installing ${debianPackage} with apt-get …`);
  aptGet(['update', '-q'], debianPackage);
  aptGet(['install', '-y', '-q', '--no-install-recommends', debianPackage], debianPackage);
  const installed = findProgram(name);
  if (!installed)
    throw new Error(`apt-get installed ${debianPackage}, but ${name} is not on the PATH. Add it there.`);
  return installed;
}

function aptGet(args: string[], debianPackage: string): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    execFileSync('apt-get', args, { stdio: 'pipe', timeout: INSTALL_TIMEOUT_MS, env });
  } catch (error) {
    const output = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    throw new Error(
      `${output}\napt-get could not install ${debianPackage}. Install it by hand, then try again.`,
    );
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
