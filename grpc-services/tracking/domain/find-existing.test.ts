import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { View } from '../data/view.ts';
import { createTrackingTestBed, look, type TrackingTestBed } from '../tracking-test-bed.ts';
import { findExisting } from './find-existing.ts';
import { askAgainMs, createWriteBack, leaseMs, settleMs, type WriteBackDeps } from './write-back.ts';

const { signal } = new AbortController();
const shop = (targetId: string): View => ({ userId: undefined, kind: 1, targetId, atMs: 1_000 });
const goods = (targetId: string): View => ({ userId: undefined, kind: 2, targetId, atMs: 1_000 });

let bed: TrackingTestBed;
before(async () => {
  bed = await createTrackingTestBed();
});
after(() => bed.stop());
beforeEach(() => bed.clear());

const writeBack = (deps: Partial<WriteBackDeps> = {}) => createWriteBack({ ...bed.deps, ...deps });
const dirtyNow = async () => (await bed.deps.dirty.look()).reduce((sum, { dirty }) => sum + dirty, 0);
const counted = async () => {
  const rows = await bed.deps.database.query<{ name: string }>(
    `select kind || ':' || target_id || '=' || views as name from tracking.counter order by kind, target_id`,
  );
  return rows.map(({ name }) => name);
};
/** What the hashes of the day hold. */
const fields = async () => {
  const keys = await bed.redis.keys('trk:*:v:*');
  const all = await Promise.all(keys.map((key) => bed.redis.hkeys(key)));
  return all
    .flat()
    .filter((field) => field !== 'epoch')
    .sort();
};

describe('what exists', () => {
  it('is asked for by a hundred ids an rpc, each once, shops and goods by themselves', async () => {
    const targets = [
      ...Array.from({ length: 150 }, (_, n) => ({ kind: 2 as const, targetId: String(n + 1) })),
      { kind: 1 as const, targetId: '7' },
      { kind: 1 as const, targetId: '7' },
    ];
    bed.missing.add('1:7').add('2:150');
    const existing = await findExisting(bed.deps, targets);
    assert.deepEqual(bed.asked.map(({ length }) => length).sort(), [1, 100, 50]);
    assert.equal(existing.size, 149);
    assert.deepEqual([existing.has('1:7'), existing.has('2:150'), existing.has('2:7')], [false, false, true]);
  });
});

describe('counts of what does not exist', () => {
  it('are kept nowhere, however many there are, and those of what exists are', async () => {
    const unknown = await bed.metric('tiffin_tracking_unknown_targets_total');
    const lost = await bed.metric('tiffin_tracking_lost_total');
    const made = Array.from({ length: 500 }, (_, n) => String(1_000 + n));
    for (const id of made) bed.missing.add(`2:${id}`);
    bed.missing.add('1:5');
    await bed.see(...made.map(goods), shop('5'), goods('5'), goods('5'), shop('6'));
    assert.equal((await fields()).length, 503, 'control: Redis has them all');
    await writeBack().last();
    assert.deepEqual(await counted(), ['1:6=1', '2:5=2']);
    assert.deepEqual(await fields(), ['1:6', '2:5']);
    assert.equal(await dirtyNow(), 0);
    assert.equal((await bed.metric('tiffin_tracking_unknown_targets_total')) - unknown, 501);
    assert.equal(await bed.metric('tiffin_tracking_lost_total'), lost, 'they are no loss');
  });

  it('cost a round a bounded number of rpcs', async () => {
    const views = Array.from({ length: 1_000 }, (_, n) => [goods(String(n + 1)), shop(String(n + 1))]).flat();
    await bed.see(...views);
    bed.clock.jump(settleMs);
    assert.equal(await writeBack().round(signal), true, 'more is to do');
    assert.ok(bed.asked.length <= 8, String(bed.asked.length));
    assert.ok(bed.asked.flat().length <= 200);
  });

  it('are no loss either where somebody tells of them again meanwhile', async () => {
    const lost = await bed.metric('tiffin_tracking_lost_total');
    bed.missing.add('2:5');
    await bed.see(goods('5'));
    const dirty = {
      ...bed.deps.dirty,
      async forget(counts: Parameters<typeof bed.deps.dirty.forget>[0]) {
        await bed.see(goods('5'));
        await bed.deps.dirty.forget(counts);
      },
    };
    await writeBack({ dirty }).last();
    await writeBack().last();
    assert.deepEqual([await counted(), await fields(), await dirtyNow()], [[], [], 0]);
    assert.equal(await bed.metric('tiffin_tracking_lost_total'), lost);
  });
});

describe('while shop or goods does not answer', () => {
  const away = { batchGetGoods: () => Promise.reject(new Error('away')) };

  it('counts wait in Redis, and histories do not', async () => {
    await bed.see(look('17', '5', 1_000), shop('6'));
    bed.clock.jump(settleMs);
    const back = writeBack({ goods: away });
    assert.equal(await back.round(signal), false, 'it does not come back at once');
    assert.deepEqual([await bed.rows('17'), await counted()], [['2:5'], []]);
    bed.clock.jump(leaseMs);
    await writeBack().round(signal);
    assert.deepEqual(await counted(), ['1:6=1', '2:5=1']);
  });

  it('it is not asked again at once, also at a stop', async () => {
    let asked = 0;
    const counting = {
      batchGetGoods() {
        asked++;
        return away.batchGetGoods();
      },
    };
    const users = Array.from({ length: 60 }, (_, n) => String(8 * (n + 1)));
    await bed.see(...users.map((userId) => look(userId, userId, 1_000)));
    const back = writeBack({ goods: counting });
    await back.last();
    assert.equal(asked, 1);
    for (const userId of users) assert.deepEqual(await bed.rows(userId), [`2:${userId}`]);
    bed.clock.jump(askAgainMs);
    await back.last();
    assert.equal(asked, 2);
  });
});
