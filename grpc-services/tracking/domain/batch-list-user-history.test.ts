import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { saveHistories } from '../data/history-rows.ts';
import {
  administrator,
  createTrackingTestBed,
  look,
  seen,
  type TrackingTestBed,
} from '../tracking-test-bed.ts';
import { batchListUserHistory } from './batch-list-user-history.ts';

let bed: TrackingTestBed;
before(async () => {
  bed = await createTrackingTestBed();
});
after(() => bed.stop());
beforeEach(() => bed.clear());

const saved = (userId: string, ...looks: [string, number][]) =>
  saveHistories(bed.deps.database, [{ userId, seen: looks.map(([id, atMs]) => seen(id, atMs)) }]);

test('what Redis has lost comes from the database, and both are one list', async () => {
  await saved('17', ['1', 1_000], ['2', 2_000], ['3', 3_000]);
  assert.deepEqual(await bed.history('17'), ['2:3', '2:2', '2:1'], 'Redis knows nothing');
  await bed.see(look('17', '2', 4_000), look('17', '9', 5_000));
  assert.deepEqual(await bed.history('17'), ['2:9', '2:2', '2:3', '2:1'], 'Redis knows some');
});

test('a full history comes from Redis alone, and many users from one statement', async () => {
  await bed.see(...Array.from({ length: 100 }, (_, n) => look('1', String(n + 1), n)));
  bed.statements.splice(0);
  assert.equal((await bed.history('1')).length, 100);
  assert.deepEqual(bed.statements, []);
  for (const userId of ['2', '3', '4']) await bed.see(look(userId, '1', 1));
  const pages = ['1', '2', '3', '4', '5'].map((userId) => ({ userId, first: 100, after: undefined }));
  const found = await batchListUserHistory(bed.deps, callBy(administrator), pages);
  assert.deepEqual(
    found.map(({ items }) => items.length),
    [100, 1, 1, 1, 0],
  );
  assert.equal(bed.statements.length, 1);
});

test('while Redis is away the database answers, and that is counted', async () => {
  await saved('17', ['1', 1_000]);
  const views = { ...bed.deps.views, histories: () => Promise.reject(new Error('away')) };
  const pages = [{ userId: '17', first: 5, after: undefined }];
  const [page] = await batchListUserHistory({ ...bed.deps, views }, callBy(administrator), pages);
  assert.deepEqual(page?.items, [seen('1', 1_000)]);
  assert.equal(await bed.metric('tiffin_tracking_reads_without_redis_total'), 1);
});

test('a history has a hundred things, and pages end with it', async () => {
  await saved('17', ...Array.from({ length: 100 }, (_, n): [string, number] => [String(n + 1), n]));
  await bed.see(look('17', '500', 1_000), look('17', '501', 1_001));
  const history = await bed.history('17');
  assert.equal(history.length, 100);
  assert.deepEqual(history.slice(0, 3), ['2:501', '2:500', '2:100']);
  const last = { userId: '17', first: 10, after: seen('3', 2) };
  const [page] = await batchListUserHistory(bed.deps, callBy(administrator), [last]);
  assert.deepEqual(page, { items: [], hasNextPage: false });
});
