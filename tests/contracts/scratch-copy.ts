import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** A copy of the repository in which contracts may be broken. */
export interface ScratchCopy {
  readonly rootDir: string;
  /** Replaces the first match. Throws where nothing matches: a proof that changes nothing proves nothing. */
  edit(path: string, from: string | RegExp, to: string): Promise<void>;
  remove(): Promise<void>;
}

const LEFT_OUT = new Set(['node_modules', '.git', '.data']);

/** Copies the sources and links the dependencies. The packages of the workspace are linked to the copy's own folders. */
export async function createScratchCopy(rootDir: string): Promise<ScratchCopy> {
  const copyDir = await realpath(await mkdtemp(join(tmpdir(), 'tiffin-contracts-')));
  await cp(rootDir, copyDir, { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) });
  await linkDependencies(join(rootDir, 'node_modules'), join(copyDir, 'node_modules'));
  return {
    rootDir: copyDir,
    async edit(path, from, to) {
      const text = await readFile(join(copyDir, path), 'utf8');
      const changed = text.replace(from, to);
      if (changed === text) throw new Error(`${path} does not contain ${from}. Adapt the proof to the file.`);
      await writeFile(join(copyDir, path), changed);
    },
    remove: () => rm(copyDir, { recursive: true, force: true }),
  };
}

async function linkDependencies(from: string, to: string): Promise<void> {
  await mkdir(join(to, '@tiffin'), { recursive: true });
  for (const name of await readdir(from)) {
    if (name !== '@tiffin') await symlink(join(from, name), join(to, name));
  }
  for (const name of await readdir(join(from, '@tiffin'))) {
    // npm writes relative links, which lead into whatever tree they stand in.
    await symlink(await readlink(join(from, '@tiffin', name)), join(to, '@tiffin', name));
  }
}
