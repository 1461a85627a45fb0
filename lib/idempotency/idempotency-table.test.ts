import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { newKey } from '../testing/fresh-key.ts';
import { type Attempt, createIdempotencyTable, type IdempotencyTable } from './idempotency-table.ts';
import { createNotesTestBed, type NotesTestBed } from './idempotency-test-bed.ts';

const MINUTE_MS = 60_000;

let bed: NotesTestBed;
let table: IdempotencyTable;
let attempt: Attempt;
before(async () => {
  bed = await createNotesTestBed();
  table = createIdempotencyTable(bed.database);
});
after(() => bed.stop());
beforeEach(() => {
  attempt = { caller: '7', key: newKey(), operation: '/op', bodyHash: Buffer.from('body') };
});

/** Claims the attempt for a minute, so many minutes after the start. */
function claim(token: string, atMinute: number, change: Partial<Attempt> = {}) {
  const nowMs = bed.clock.now() + atMinute * MINUTE_MS;
  const claim = { token, nowMs, untilMs: nowMs + MINUTE_MS, expiresAtMs: nowMs + 60 * MINUTE_MS };
  return table.claim({ ...attempt, ...change }, claim);
}
const keep = (token: string, state: 'SUCCEEDED' | 'FAILED') => {
  const expiresAtMs = bed.clock.now() + 60 * MINUTE_MS;
  return table.keep(attempt, token, { state, result: Buffer.from(state), expiresAtMs });
};
const kept = async () => {
  const found = await claim('late', 30);
  return found.kind === 'finished' ? found.outcome.state : found.kind;
};

test('a claim that is over is free for the same attempt only: another body or operation is a mismatch', async () => {
  await claim('first', 0);
  assert.deepEqual(await claim('other', 2, { bodyHash: Buffer.from('other') }), { kind: 'mismatch' });
  assert.deepEqual(await claim('other', 2, { operation: '/other' }), { kind: 'mismatch' });
  assert.deepEqual(await claim('second', 2), { kind: 'claimed' });
});

test('an owner whose claim another has taken over keeps nothing, and releases nothing', async () => {
  await claim('first', 0);
  await claim('second', 2);
  assert.equal(await keep('first', 'SUCCEEDED'), false);
  await table.release(attempt, 'first');
  assert.equal(await keep('second', 'FAILED'), true);
  assert.equal(await kept(), 'FAILED');
});

test('an outcome that was kept is kept for good, also against its own owner', async () => {
  await claim('first', 0);
  assert.equal(await keep('first', 'SUCCEEDED'), true);
  // It did not hear of its commit, and takes the attempt for failed.
  assert.equal(await keep('first', 'FAILED'), false);
  await table.release(attempt, 'first');
  assert.equal(await kept(), 'SUCCEEDED');
});
