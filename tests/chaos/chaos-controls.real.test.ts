import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Mechanism } from './fleet.ts';
import { runChaos } from './run-chaos.ts';

/** That of the test of all mechanisms: who is killed when is known, and so how soon something must go wrong. */
const seed = 1;
const maxQuietMs = 60_000;
/** What goes wrong may be late: events wait for whoever was killed. */
const minQuietMs = 40_000;
/** Without a mechanism some buyers never get an answer. */
const maxClosingMs = 10_000;

interface Missed {
  readonly chaosMs: number;
  /** What has been wrong for this long stays so. */
  readonly stableMs: number;
  readonly finding: RegExp;
}

/** By what each mechanism is missed, and after how long. The others are in place. */
const missed: Readonly<Record<Mechanism, Missed>> = {
  // Answers to the second phase get lost all the time.
  barrier: {
    chaosMs: 15_000,
    stableMs: 10_000,
    finding: /^order \d+ is \w*, and its transaction (CONFIRMING|CANCELLING) after \d+ attempts: .*INTERNAL/,
  },
  // A tenth of all events comes twice.
  inbox: {
    chaosMs: 15_000,
    stableMs: 10_000,
    finding: /^shop \d+ counts \d+ orders more than before, of \d+/,
  },
  // The process that takes the payments is killed after half a minute, and again. An event may wait for a lease.
  outbox: {
    chaosMs: 50_000,
    stableMs: 20_000,
    finding: /^order \d+ is PAID, and its delivery (ASSIGNED)?$/,
  },
};

// With the Kafka of lib/testing/real-kafka.
describe('the same chaos is noticed', { timeout: 450_000 }, () => {
  for (const without of Object.keys(missed) as Mechanism[]) {
    const { chaosMs, stableMs, finding } = missed[without];
    it(`without the ${without}`, { timeout: 200_000 }, async (t) => {
      const say = (line: string) => t.diagnostic(line);
      const times = { chaosMs, maxClosingMs, maxQuietMs, stableMs, minQuietMs };
      const { contradictions } = await runChaos({ seed, ...times, without, say });
      say(contradictions.slice(0, 3).join('\n'));
      assert.ok(
        contradictions.some((sentence) => finding.test(sentence)),
        `Nothing was missed:\n${contradictions.join('\n')}`,
      );
    });
  }
});
