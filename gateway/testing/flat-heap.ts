import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The size of the heap after its garbage is gone. */
export function heapMiB(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Whether the heap grows with the work; `sizesMiB` are taken at equal steps of it. */
export function assertFlat(t: TestContext, sizesMiB: readonly number[]): void {
  t.diagnostic(`heap in MiB: ${sizesMiB.map((size) => size.toFixed(1)).join(' ')}`);
  // The first steps fill the caches to their bounds. The collector leaves now more, now less behind: the least counts.
  const third = Math.floor(sizesMiB.length / 3);
  const middle = Math.min(...sizesMiB.slice(third, -third));
  const last = Math.min(...sizesMiB.slice(-third));
  assert.ok(last < middle * 1.1, `the heap grew from ${middle} to ${last} MiB`);
}
