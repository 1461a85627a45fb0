import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pinned } from './cores.ts';
import type { Load, LoadOptions, LoadResult } from './load.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('./wrk.lua', import.meta.url));
const autocannonProgram = fileURLToPath(new URL('../peers/autocannon.mjs', import.meta.url));

/** wrk where it is installed, else autocannon. Each connection sends its next request when it has its answer. */
export async function closedLoop(): Promise<Load> {
  return (await hasWrk()) ? wrk : autocannon;
}

const wrk: Load = {
  description: 'wrk, closed loop',
  async run({ url, seconds, connections, requestsFile, readsAnswers, cores }) {
    const forScript = [requestsFile, ...(readsAnswers ? ['read'] : [])];
    const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script];
    const { stdout } = await run(...pinned(cores, 'wrk', [...options, url, '--', ...forScript]));
    const said = (mark: string) =>
      stdout
        .split('\n')
        .find((text) => text.startsWith(mark))
        ?.slice(mark.length);
    const result = said('RESULT ');
    if (!result) throw new Error(`wrk did not say what it measured:\n${stdout}`);
    const errorSample = said('SAMPLE ') ?? '';
    return { ...(JSON.parse(result) as Omit<LoadResult, 'cutOff'>), errorSample, cutOff: connections };
  },
};

const autocannon: Load = {
  description: 'autocannon, closed loop (wrk is not installed)',
  run: (options) => runNode(autocannonProgram, options),
};

/** Runs a load generator that is a program of Node.js. */
export async function runNode(
  program: string,
  options: LoadOptions & { rate?: number; count?: number },
): Promise<LoadResult> {
  const { stdout } = await run(
    ...pinned(options.cores, process.execPath, [program, JSON.stringify(options)]),
  );
  return JSON.parse(stdout) as LoadResult;
}

async function hasWrk(): Promise<boolean> {
  try {
    await run('wrk', ['-v']);
    return true;
  } catch (error) {
    // It says its version and ends with 1.
    return (error as { code?: unknown }).code !== 'ENOENT';
  }
}
