import { createServer } from 'node:net';

/** A port of a process, and the variable that sets it. */
export interface WantedPort {
  readonly variable: string;
  readonly port: number;
}

/**
 * Which of these cannot be listened at, a sentence each: a process of many parts takes seconds until its last one listens,
 * and would only then be refused. Whoever is faster than this process may still take one.
 */
export async function takenPorts(host: string, wanted: readonly WantedPort[]): Promise<string[]> {
  const fixed = wanted.filter(({ port }) => port !== 0);
  const taken = await Promise.all(fixed.map(({ port }) => isTaken(host, port)));
  return fixed
    .filter((_, index) => taken[index])
    .map(({ variable, port }) => `${variable}: port ${port} on ${host} is taken. Set it to another one.`);
}

function isTaken(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    // Any other error is said in full by who listens in earnest.
    probe.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'EADDRINUSE'));
    probe.listen(port, host, () => probe.close(() => resolve(false)));
  });
}
