import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { differsExitCode } from './find-difference.ts';
import type { Mutant } from './mutants.ts';

export interface MutantRun {
  readonly isRed: boolean;
  /** The first difference that was found, or that there is none. */
  readonly found: string;
}

export interface RunMutantOptions {
  /** None for the control: all rules as they are. */
  readonly mutant?: Mutant;
  readonly cases: number;
  readonly runSeed: number;
  /** Default 120,000. */
  readonly timeoutMs?: number;
}

const breakRuleUrl = import.meta.resolve('./break-rule.ts');
const script = fileURLToPath(import.meta.resolve('./find-difference.ts'));

/**
 * Runs the differential cases in a process in which one rule of the executor is broken.
 *
 * @throws Error where the mutant does not fit the source any more, or where the process does not run.
 */
export function runMutant({
  mutant,
  cases,
  runSeed,
  timeoutMs = 120_000,
}: RunMutantOptions): Promise<MutantRun> {
  const execArgs = mutant ? [`--import=${breakRuleUrl}`] : [];
  const args = [...execArgs, script, String(cases), String(runSeed), ...(mutant?.supergraphs ?? [])];
  return runScript(args, { ...process.env, MUTANT: JSON.stringify(mutant) }, timeoutMs);
}

function runScript(args: readonly string[], env: NodeJS.ProcessEnv, timeout: number): Promise<MutantRun> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env, timeout, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      const found = stdout.trim();
      if (!error) return resolve({ isRed: false, found });
      if (error.code === differsExitCode) return resolve({ isRed: true, found });
      reject(new Error(`It did not run: ${error.message.slice(0, 500)}\n${stderr.slice(0, 2_000)}`));
    });
  });
}
