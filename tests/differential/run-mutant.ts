import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createScratchCopy } from '../contracts/scratch-copy.ts';
import { differsExitCode } from './find-difference.ts';
import type { Mutant } from './mutants.ts';

export interface MutantRun {
  readonly isRed: boolean;
  /** The first difference that was found, or that there is none. */
  readonly found: string;
}

export interface RunMutantOptions {
  readonly rootDir: string;
  /** None for the control: the copy as it is. */
  readonly mutant?: Mutant;
  readonly cases: number;
  readonly runSeed: number;
  /** Default 120,000. */
  readonly timeoutMs?: number;
}

/**
 * Runs the differential cases in a copy of the repository in which one rule of the executor is broken.
 *
 * @throws Error where the mutant does not fit the source any more, or where the copy does not run.
 */
export async function runMutant(options: RunMutantOptions): Promise<MutantRun> {
  const { rootDir, mutant, cases, runSeed, timeoutMs = 120_000 } = options;
  const copy = await createScratchCopy(rootDir);
  try {
    if (mutant) {
      const source = await readFile(join(copy.rootDir, mutant.file), 'utf8');
      const times = source.split(mutant.find).length - 1;
      if (times !== 1) {
        throw new Error(
          `"${mutant.name}" is stale: its text stands ${times} times in ${mutant.file}, not once.`,
        );
      }
      await copy.edit(mutant.file, mutant.find, mutant.replace);
    }
    const script = join(copy.rootDir, 'tests/differential/find-difference.ts');
    const args = [script, String(cases), String(runSeed), ...(mutant?.supergraphs ?? [])];
    return await runScript(args, copy.rootDir, timeoutMs);
  } finally {
    await copy.remove();
  }
}

function runScript(args: readonly string[], cwd: string, timeout: number): Promise<MutantRun> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd, timeout, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      const found = stdout.trim();
      if (!error) return resolve({ isRed: false, found });
      if (error.code === differsExitCode) return resolve({ isRed: true, found });
      reject(new Error(`The copy did not run: ${error.message.slice(0, 500)}\n${stderr.slice(0, 2_000)}`));
    });
  });
}
