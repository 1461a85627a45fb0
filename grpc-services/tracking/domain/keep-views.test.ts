import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Behavior } from '@tiffin/proto/gen/tiffin/tracking/v1/behavior_events';
import { BehaviorKind } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import type { ViewStore } from '../data/view-store.ts';
import { createTrackingTestBed, type TrackingTestBed } from '../tracking-test-bed.ts';
import { createViewKeeper } from './keep-views.ts';

let bed: TrackingTestBed;
before(async () => {
  bed = await createTrackingTestBed();
});
after(() => bed.stop());
beforeEach(() => bed.clear());

const told = (fields: Partial<Behavior> = {}) =>
  Behavior.fromPartial({
    userId: '17',
    kind: BehaviorKind.GOODS_VIEWED,
    targetId: '5',
    at: new Date(1_900_000_000_000),
    ...fields,
  });

test('a hundred that are told at once are kept at once, and each learns so', async () => {
  const batches: number[] = [];
  const views: ViewStore = {
    ...bed.deps.views,
    async keep(batch, nowMs) {
      batches.push(batch.length);
      await bed.deps.views.keep(batch, nowMs);
    },
  };
  const keeper = createViewKeeper({ ...bed.deps, views });
  await Promise.all(Array.from({ length: 100 }, (_, n) => keeper.keep(told({ targetId: String(n + 1) }))));
  assert.deepEqual(batches, [100]);
  assert.equal((await bed.history('17')).length, 100);
});

test('what Redis did not take is told again: each of a batch that failed rejects', async () => {
  const views = { ...bed.deps.views, keep: () => Promise.reject(new Error('away')) };
  const keeper = createViewKeeper({ ...bed.deps, views });
  const kept = Promise.allSettled([keeper.keep(told()), keeper.keep(told())]);
  await bed.clock.advance(5);
  assert.deepEqual(
    (await kept).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
});

test('nobody has no history, and is counted all the same', async () => {
  const keeper = createViewKeeper(bed.deps);
  const kept = keeper.keep(told({ userId: '' }));
  await bed.clock.advance(5);
  await kept;
  const [day] = new Date(bed.clock.now()).toISOString().split('T');
  assert.equal(await bed.redis.hget(`trk:{t5}:v:${day}`, '2:5'), '1');
  assert.deepEqual(await bed.redis.keys('*:h:*'), []);
});

test('what says nothing is left out and counted, for it would say nothing the next time either', async () => {
  const keeper = createViewKeeper(bed.deps);
  const { UNSPECIFIED } = BehaviorKind;
  for (const odd of [{ kind: UNSPECIFIED }, { targetId: '0' }, { userId: 'x' }, { at: undefined }])
    await keeper.keep(told(odd));
  assert.equal(await bed.metric('tiffin_tracking_odd_events_total'), 4);
  assert.deepEqual(await bed.redis.keys('*'), []);
});

test('at a stop what was told is kept', async () => {
  const keeper = createViewKeeper(bed.deps);
  const kept = keeper.keep(told());
  await keeper.stop();
  await kept;
  assert.deepEqual(await bed.history('17'), ['2:5']);
});
