import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const quietWindowMs = 3;
/** Of a window: what sleeping takes by itself is a tenth of it. */
const quietCpuMicroseconds = 600;
const maxWindows = 100;

/**
 * Collects what earlier work left behind, and waits until the engine's other threads have swept it: a round that begins
 * before that pays up to 20 ms for another's garbage, which is most of a short one.
 */
export async function collectGarbage(): Promise<void> {
  collect();
  for (let window = 0; window < maxWindows; window++) {
    if ((await cpuMicroseconds(() => setTimeout(quietWindowMs))) < quietCpuMicroseconds) return;
  }
}

/** The processor time that work took, of all threads of this process, in µs: garbage collection is part of it. */
export async function cpuMicroseconds(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Several measurements of one thing. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws where there is nothing to sum up. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const [min, upper, max] = [sorted[0], sorted[middle], sorted.at(-1)];
  if (min === undefined || upper === undefined || max === undefined) throw new Error('Nothing was measured.');
  const lower = sorted[sorted.length % 2 === 0 ? middle - 1 : middle] ?? upper;
  return { median: (lower + upper) / 2, min, max };
}
