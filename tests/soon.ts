import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/** Looks each 100 ms until it sees something: events take a moment. Fails after `maxMs`, default 15 s. */
export async function soon<Seen>(look: () => Promise<Seen | undefined>, maxMs = 15_000): Promise<Seen> {
  const endMs = Date.now() + maxMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > endMs) return assert.fail(`It did not happen within ${maxMs / 1_000} s.`);
    await delay(100);
  }
}
