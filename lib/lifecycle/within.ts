import type { Clock } from '../clock/clock.ts';

/** What `within` resolves to when the time is over first. */
export const timedOut = Symbol('timed out');

/** Waits for `promise`, but not longer than `timeoutMs`. The promise itself goes on; its rejection passes through. */
export async function within<Value>(
  clock: Clock,
  timeoutMs: number,
  promise: Promise<Value>,
): Promise<Value | typeof timedOut> {
  const { promise: timeout, resolve } = Promise.withResolvers<typeof timedOut>();
  const timer = clock.setTimer(timeoutMs, () => resolve(timedOut));
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    timer.cancel();
  }
}
