import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SpawnedProcess extends AsyncDisposable {
  /** Everything it has printed so far. */
  readonly output: () => string;
  /** Where a component listens, as the start report says it. */
  addressOf(component: string): string;
  /** Sends a signal and resolves to how the process ended. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** A process that may not be ready yet. */
export interface LaunchedProcess extends SpawnedProcess {
  /** Rejects, with its output, when it ends before. */
  readonly ready: Promise<void>;
  readonly exited: Promise<unknown>;
}

/** That of the test run, where there is one: who is killed all the time should not compile all the time. */
const compiled = process.env['NODE_COMPILE_CACHE'] ?? join(tmpdir(), 'node-compile-cache');
const tiffin = fileURLToPath(new URL('../tiffin.ts', import.meta.url));

/**
 * Starts `tiffin.ts` as a process of its own and resolves when it is ready.
 * @throws Error with its output when it ends before.
 */
export async function spawnTiffin(
  args: readonly string[],
  env: Record<string, string>,
): Promise<SpawnedProcess> {
  const launched = launchTiffin(args, env);
  await launched.ready;
  return launched;
}

/** Starts `tiffin.ts` as a process of its own, and waits for nothing. */
export function launchTiffin(args: readonly string[], env: Record<string, string>): LaunchedProcess {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [tiffin, ...args], {
    env: { PATH, HOME, LOG_LEVEL: 'error', NODE_COMPILE_CACHE: compiled, ...env },
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
  const exited = once(child, 'exit');
  async function end(signal: NodeJS.Signals) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await exited;
    }
    return { code: child.exitCode, signal: child.signalCode };
  }
  const isReady = ready(child, () => output);
  // Nobody may be waiting for it any more.
  isReady.catch(() => {});
  return {
    ready: isReady,
    exited,
    output: () => output,
    addressOf(component) {
      const line = output.split('\n').find((text) => text.trim().startsWith(`${component} `));
      return line?.trim().split(/\s+/).at(-1) ?? '';
    },
    end,
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
    },
  };
}

async function ready(child: ChildProcess, output: () => string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', () => output().includes('Ready in') && resolve());
    child.once('exit', (code) =>
      reject(new Error(`tiffin.ts ended with ${code} before it was ready:\n${output()}`)),
    );
  });
}
