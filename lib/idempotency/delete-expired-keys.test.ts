import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deleteExpiredKeys } from './delete-expired-keys.ts';
import { createNotesTestBed } from './idempotency-test-bed.ts';

test('expired keys are deleted in batches, all of them; others stay, and so do claims', async () => {
  const bed = await createNotesTestBed();
  const { clock, database } = bed;
  await database.query(
    `insert into notes.idempotency_key
       (caller, key, operation, body_hash, state, claim_token, claimed_until, result, expires_at)
     select '7', 'old-' || n, '/op', '', 'SUCCEEDED', '', ?::timestamptz, '', ?::timestamptz
     from generate_series(1, 1234) n`,
    Array.from({ length: 2 }, () => new Date(clock.now() + 1_000).toISOString()),
  );
  const { write } = bed.openProcess();
  await write('young', 'a note');
  assert.equal(await deleteExpiredKeys({ database, clock }), 0);
  clock.jump(1_000);
  bed.statements.length = 0;
  assert.equal(await deleteExpiredKeys({ database, clock }), 1_234);
  assert.equal(bed.statements.length, 3);
  await write('young', 'a note');
  assert.equal(await bed.count('a note'), 1);
  const stopped = AbortSignal.abort();
  clock.jump(25 * 3_600_000);
  assert.equal(await deleteExpiredKeys({ database, clock }, stopped), 0);
  await bed.stop();
});
