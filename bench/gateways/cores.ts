import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Which processors each part of the bench runs on. */
export interface Cores {
  /** Of the gateway under test alone; undefined where nothing can be pinned. */
  readonly gateway: string | undefined;
  readonly subgraphs: string | undefined;
  readonly services: string | undefined;
  readonly load: string | undefined;
}

const unpinned: Cores = { gateway: undefined, subgraphs: undefined, services: undefined, load: undefined };

/** The gateway gets the first processor; the others share what is left. */
export function shareCores(processors: readonly number[]): Cores {
  const [gateway, ...others] = processors.map(String);
  const [subgraphs, services = subgraphs, load = services] = others;
  if (gateway === undefined || subgraphs === undefined) return unpinned;
  return { gateway, subgraphs, services, load };
}

/** As `taskset` allows it; nothing is pinned where there is none. */
export function availableCores(): Cores {
  try {
    const text = execFileSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' });
    return shareCores(readList(text.slice(text.lastIndexOf(':') + 1)));
  } catch {
    return unpinned;
  }
}

export const processorCount = availableParallelism();

/** Reads `0-2,5`. */
export function readList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .flatMap((range) => {
      const [from = Number.NaN, to = from] = range.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    });
}

/** The command that runs another one on some processors only. */
export function pinned(
  cores: string | undefined,
  command: string,
  args: readonly string[],
): [string, string[]] {
  return cores === undefined ? [command, [...args]] : ['taskset', ['-c', cores, command, ...args]];
}
