import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChaos } from './run-chaos.ts';

const seed = Number(process.env['CHAOS_SEED'] ?? 1);
const chaosSeconds = Number(process.env['CHAOS_SECONDS'] ?? 120);
const maxQuietMs = 100_000;

// With the Kafka of lib/testing/real-kafka.
test(`a process is killed every 2 s for ${chaosSeconds} s, and all that was said is so, CHAOS_SEED=${seed}`, {
  timeout: chaosSeconds * 1_000 + maxQuietMs + 75_000,
}, async (t) => {
  const say = (line: string) => t.diagnostic(line);
  const { kills, placed, paid, cancelled, ...wrong } = await runChaos({
    ...{ seed, chaosMs: chaosSeconds * 1_000, maxQuietMs, say },
  });
  say(`${kills} kills, ${placed} orders placed, ${paid} paid, ${cancelled} cancelled`);
  assert.deepEqual(wrong, { crashes: [], internalErrors: [], contradictions: [], lies: [], audit: [] });
  assert.ok(paid >= chaosSeconds / 4 && cancelled >= chaosSeconds / 8, 'there was too little to go wrong');
});
