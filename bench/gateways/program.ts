import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { pinned } from './cores.ts';
import type { ChildCounts, ChildReady } from './programs/child.ts';

/** A program of the bench that runs and is ready. */
export interface Program {
  readonly name: string;
  readonly pid: number;
  /** What listens in it → where. */
  readonly addresses: Readonly<Record<string, string>>;
  /** What it has counted so far. */
  counts(): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

export interface ProgramOptions {
  readonly name: string;
  readonly file: URL;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cores: string | undefined;
  /** Where its CPU profile goes; none by default. */
  readonly profiles?: string | undefined;
  /** Called with the number of its process, before it is ready. */
  readonly spawned?: (pid: number) => void;
}

const maxStartMs = 180_000;
const maxStopMs = 3_000;

/** Starts a program and waits until it is ready. @throws Error with its output where it ends before. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const { name, file, args = [], env, cores, profiles, spawned } = options;
  const { PATH = '', HOME = '' } = process.env;
  const profiling = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}/${name}`];
  const child = spawn(...pinned(cores, process.execPath, [...profiling, file.pathname, ...args]), {
    env: { PATH, HOME, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  if (child.pid !== undefined) spawned?.(child.pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
    });
  }
  const stop = () => end(child);
  try {
    const { ready } = await firstMessage(child, () => output, name);
    return { name, pid: child.pid ?? 0, addresses: ready, counts: () => countsOf(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function firstMessage(child: ChildProcess, output: () => string, name: string): Promise<ChildReady> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${name} ${why}:\n${output()}`));
    const timer = setTimeout(() => fail(`was not ready after ${maxStartMs / 1_000} s`), maxStartMs);
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('close', (code) => fail(`ended with ${code} before it was ready`));
    child.once('message', (message) => resolve(message as ChildReady));
    for (const event of ['error', 'close', 'message']) child.once(event, () => clearTimeout(timer));
  });
}

async function countsOf(child: ChildProcess): Promise<Readonly<Record<string, number>>> {
  if (!child.connected) throw new Error('A program of the bench has ended.');
  child.send('counts');
  const [message] = (await once(child, 'message')) as [ChildCounts];
  return message.counts;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  // It ends itself then, and writes its profile where it makes one.
  if (child.connected) child.disconnect();
  else child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), maxStopMs);
  await exited;
  clearTimeout(timer);
}
