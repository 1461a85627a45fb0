import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A gateway in a process of its own. */
export interface SpawnedGateway extends AsyncDisposable {
  /** Where it answers. */
  readonly url: string;
  /** How long it says that its start took. */
  readonly startedInMs: number;
  readonly output: () => string;
  /** Resolves once it has printed a text. */
  says(text: string): Promise<void>;
  query(query: string, headers?: Record<string, string>): Promise<unknown>;
  signal(signal: NodeJS.Signals): void;
  /** How it ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** How a process ended that was refused. */
export interface Refused {
  readonly code: number | null;
  readonly output: string;
}

export interface SpawnOptions {
  readonly cwd: string;
  readonly env?: Record<string, string>;
  /** By `npm start` instead of `tiffin.ts`. */
  readonly byNpm?: boolean;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `tiffin.ts --run gateway` with more arguments until it is ready or ends. */
export async function spawnGateway(
  args: readonly string[],
  { cwd, env = {}, byNpm = false }: SpawnOptions,
): Promise<SpawnedGateway | Refused> {
  const { PATH = '', HOME = '' } = process.env;
  const [program, ...start] = byNpm
    ? ['npm', '--prefix', root, 'start', '--silent', '--']
    : [process.execPath, join(root, 'tiffin.ts')];
  const child = spawn(program, [...start, '--run', 'gateway', ...args], {
    cwd,
    env: { PATH, HOME, LOG_LEVEL: 'info', DRAIN_MS: '100', ...env },
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));

  async function says(text: string): Promise<void> {
    const said = Promise.withResolvers<void>();
    const listener = () => output.includes(text) && said.resolve();
    listeners.add(listener);
    listener();
    await Promise.race([
      said.promise,
      ended.then(() => Promise.reject(new Error(`It ended without saying "${text}":\n${output}`))),
    ]);
    listeners.delete(listener);
  }

  const isReady = await says('Ready in').then(
    () => true,
    () => false,
  );
  if (!isReady) return { code: (await ended).code, output };
  await says('/graphql');
  const [url = ''] = /http:\/\/\S+(?=\/graphql)/.exec(output) ?? [];
  return {
    url,
    startedInMs: Number(/Ready in ([\d.]+) s/.exec(output)?.[1]) * 1_000,
    output: () => output,
    says,
    async query(query, headers = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      });
      return response.json();
    },
    signal: (signal) => void child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
