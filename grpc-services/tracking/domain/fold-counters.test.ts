import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { BehaviorKind } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import { saveDayViews } from '../data/counter-rows.ts';
import { createTrackingTestBed, type TrackingTestBed } from '../tracking-test-bed.ts';
import { foldCounters } from './fold-counters.ts';

let bed: TrackingTestBed;
before(async () => {
  bed = await createTrackingTestBed();
});
after(() => bed.stop());

test('days of long ago go into the totals, and the sums stay as they are', async () => {
  const { database } = bed.deps;
  const dayBefore = (days: number) =>
    new Date(bed.clock.now() - days * 86_400_000).toISOString().slice(0, 10);
  const counts = [0, 39, 41, 42, 400].map((days) => ({
    kind: 2 as const,
    targetId: '5',
    day: dayBefore(days),
    epoch: '1',
    views: days + 1,
  }));
  await saveDayViews(database, counts);
  const asked = { kind: BehaviorKind.GOODS_VIEWED, targetIds: ['5'] };
  const views = async () => (await bed.api.batchGetCounters(asked, callBy())).views;
  const before = await views();
  for (let time = 0; time < 2; time++) await foldCounters(bed.deps, new AbortController().signal);
  assert.deepEqual(await views(), before);
  const days = await database.query('select from tracking.counter');
  const [total] = await database.query<{ views: string }>('select views from tracking.counter_total');
  assert.deepEqual([days.length, total?.views], [2, String(42 + 43 + 401)]);
});
