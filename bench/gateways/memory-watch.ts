import { type ProcessMemory, withDescendants } from './process-usage.ts';

/** Remembers what /proc forgets: the memory of processes and their children since they were started. */
export interface MemoryWatch extends Disposable {
  /** From now on a process and all that descend from it are looked at. */
  add(root: number): void;
  look(): void;
  /** The most that processes with their children have held since `add`, children that have ended since included, in bytes. */
  peakBytesOf(roots: readonly number[]): number;
}

export interface MemoryWatchOptions {
  /** These processes and all that descend from them, those that live. */
  readonly processes: (roots: readonly number[]) => readonly ProcessMemory[];
  /** Looks again and again; returns what ends that. */
  readonly repeat: (look: () => void) => () => void;
}

/**
 * At each look, the peaks until then of a process and of those of its children that live are added up; the greatest such
 * sum counts. Each peak was at its own time, so that the sum is rather too much than too little.
 */
export function watchMemory({ processes, repeat }: MemoryWatchOptions): MemoryWatch {
  /** The process → the greatest sum of its family. */
  const families = new Map<number, number>();
  let peaks = new Map<number, number>();
  const look = () => {
    const seen = processes([...families.keys()]).map((one) => ({
      ...one,
      peakBytes: Math.max(one.peakBytes, peaks.get(one.pid) ?? 0),
    }));
    // Those that have ended are dropped: their numbers may be given again.
    peaks = new Map(seen.map(({ pid, peakBytes }) => [pid, peakBytes]));
    for (const [root, greatest] of families) {
      const sum = withDescendants(seen, [root]).reduce((bytes, { peakBytes }) => bytes + peakBytes, 0);
      families.set(root, Math.max(greatest, sum));
    }
  };
  const end = repeat(look);
  return {
    add: (root) => void families.set(root, 0),
    look,
    peakBytesOf: (roots) => roots.reduce((sum, root) => sum + (families.get(root) ?? 0), 0),
    [Symbol.dispose]: end,
  };
}
