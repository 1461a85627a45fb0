import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { BehaviorKind } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import { saveDayViews } from '../data/counter-rows.ts';
import { saveHistories } from '../data/history-rows.ts';
import { createTrackingTestBed, look, seen, type TrackingTestBed } from '../tracking-test-bed.ts';
import { createWriteBack, leaseMs, maxTakenOfRing, settleMs, type WriteBackDeps } from './write-back.ts';

const goodsViews = { kind: BehaviorKind.GOODS_VIEWED, targetIds: ['5', '6'] };
const { signal } = new AbortController();

describe('what Redis knows is written to the database', () => {
  let bed: TrackingTestBed;
  before(async () => {
    bed = await createTrackingTestBed();
  });
  after(() => bed.stop());
  beforeEach(() => bed.clear());

  const writeBack = (deps: Partial<WriteBackDeps> = {}) => createWriteBack({ ...bed.deps, ...deps });
  const dirtyNow = async () => (await bed.deps.dirty.look()).reduce((sum, { dirty }) => sum + dirty, 0);
  const lost = (kind: string) => bed.metric('tiffin_tracking_lost_total', `kind="${kind}"`);
  const viewsOf = async () => (await bed.api.batchGetCounters(goodsViews, callBy())).views;

  it('after a while, by one statement for the users and one for the counts', async () => {
    const now = bed.clock.now();
    await bed.see(look('17', '5', now), look('18', '5', now), look('17', '6', now - 1));
    const back = writeBack();
    await back.round(signal);
    assert.deepEqual(await bed.rows('17'), []);
    bed.statements.splice(0);
    bed.clock.jump(settleMs);
    await back.round(signal);
    assert.equal(bed.statements.length, 2);
    assert.deepEqual([await bed.rows('17'), await bed.rows('18')], [['2:5', '2:6'], ['2:5']]);
    assert.deepEqual(await viewsOf(), [2, 1]);
    assert.equal(await dirtyNow(), 0);
    bed.statements.splice(0);
    await back.round(signal);
    assert.deepEqual(bed.statements, [], 'nothing is left');
  });

  it('again and again without counting twice, and an older state changes nothing', async () => {
    await bed.see(look('17', '5', 5_000));
    await writeBack().last();
    await bed.see(look('17', '5', 9_000), look('17', '6', 9_500));
    await writeBack().last();
    await writeBack().last();
    await saveHistories(bed.deps.database, [{ userId: '17', seen: [seen('5', 1)] }]);
    assert.deepEqual(await bed.rows('17'), ['2:6', '2:5']);
    assert.deepEqual(await viewsOf(), [2, 1]);
  });

  it('all of it at a stop, also where a ring has more than a round takes', async () => {
    const users = Array.from({ length: 2 * maxTakenOfRing + 1 }, (_, n) => String(8 * (n + 1)));
    await bed.see(...users.map((userId) => look(userId, '5', 5_000)));
    await writeBack().last();
    assert.equal(await dirtyNow(), 0);
    for (const userId of users) assert.deepEqual(await bed.rows(userId), ['2:5']);
  });

  it('with a hundred rows of a user, the latest', async () => {
    await saveHistories(bed.deps.database, [
      { userId: '17', seen: Array.from({ length: 100 }, (_, n) => seen(String(n + 1), n)) },
    ]);
    await bed.see(look('17', '1', 500), look('17', '900', 501), look('17', '901', 0));
    await writeBack().last();
    const rows = await bed.rows('17');
    assert.equal(rows.length, 100);
    assert.deepEqual(rows.slice(0, 2), ['2:900', '2:1']);
    assert.ok(!rows.includes('2:2') && rows.includes('2:3') && !rows.includes('2:901'));
  });

  it('by several processes at once, each thing by one of them', async () => {
    const users = Array.from({ length: 2 * 8 * maxTakenOfRing }, (_, n) => String(n + 1));
    await bed.see(...users.map((userId) => look(userId, '5', 1_000)));
    bed.clock.jump(settleMs);
    const written: string[] = [];
    const views = {
      ...bed.deps.views,
      async histories(ids: readonly string[]) {
        written.push(...ids);
        return bed.deps.views.histories(ids);
      },
    };
    const processes = [writeBack({ views }), writeBack({ views }), writeBack({ views })];
    await Promise.all(processes.map((each) => each.round(signal)));
    assert.deepEqual(written.sort(), users.sort());
    assert.equal(await dirtyNow(), 0);
  });

  it('by another process, where one died with it', async () => {
    await bed.see(look('17', '5', 1_000));
    bed.clock.jump(settleMs);
    const query = () => Promise.reject(new Error('the process dies'));
    await assert.rejects(writeBack({ database: { ...bed.deps.database, query } }).round(signal), /dies/);
    bed.clock.jump(leaseMs - 1);
    await writeBack().round(signal);
    assert.deepEqual(await bed.rows('17'), [], 'it may live yet');
    bed.clock.jump(1);
    await writeBack().round(signal);
    assert.deepEqual(await bed.rows('17'), ['2:5']);
  });

  it('once more where it got dirty while it was written', async () => {
    await bed.see(look('17', '5', 1_000));
    bed.clock.jump(settleMs);
    const views = {
      ...bed.deps.views,
      async histories(ids: readonly string[]) {
        const read = await bed.deps.views.histories(ids);
        await bed.see(look('17', '6', 2_000));
        return read;
      },
    };
    await writeBack({ views }).round(signal);
    assert.deepEqual(await bed.rows('17'), ['2:5']);
    bed.clock.jump(settleMs);
    await writeBack().round(signal);
    assert.deepEqual(await bed.rows('17'), ['2:6', '2:5']);
  });

  it('once more also where one who took it first ends, and one who took it later dies', async () => {
    const take = () => {
      const nowMs = bed.clock.now();
      const ring = { kind: 'user', number: 1 } as const;
      return bed.deps.dirty.take([ring], { nowMs, dueMs: nowMs, leaseEndMs: nowMs + leaseMs, limit: 5 });
    };
    await bed.see(look('17', '5', 1_000));
    const first = await take();
    bed.clock.jump(1);
    await bed.see(look('17', '6', 2_000));
    assert.equal((await take()).length, 1);
    await bed.deps.dirty.finish(first);
    bed.clock.jump(leaseMs);
    assert.equal((await take()).length, 1);
  });

  it('and what is as it was is not written', async () => {
    const versions = () =>
      bed.deps.database.query(
        'select xmin::text from tracking.history union all select xmin::text from tracking.counter',
      );
    await bed.see(look('17', '5', 5_000));
    await writeBack().last();
    const before = await versions();
    const { epoch } =
      (await bed.deps.database.query<{ epoch: string }>('select epoch from tracking.counter'))[0] ?? {};
    const count = { kind: 2, targetId: '5', day: '1970-01-01', epoch: epoch ?? '', views: 1 } as const;
    await saveDayViews(bed.deps.database, [count]);
    await saveHistories(bed.deps.database, [{ userId: '17', seen: [seen('5', 5_000)] }]);
    assert.equal(before.length, 2);
    assert.deepEqual(await versions(), before);
    await saveDayViews(bed.deps.database, [{ ...count, views: 3 }]);
    await saveDayViews(bed.deps.database, [{ ...count, views: 2 }]);
    assert.deepEqual(await viewsOf(), [3, 0]);
  });

  it('and until then metrics say how much waits, and for how long', async () => {
    const gauge = (name: string) => bed.metric(`tiffin_tracking_${name}`, 'kind="user"');
    await bed.see(look('17', '5', 1_000));
    bed.clock.jump(2_000);
    await bed.see(look('18', '5', 1_000), look('17', '6', 1_000));
    bed.clock.jump(1_000);
    await writeBack().round(signal);
    assert.deepEqual([await gauge('dirty'), await gauge('oldest_dirty_seconds')], [2, 3]);
    await writeBack().last();
    await writeBack().round(signal);
    assert.deepEqual([await gauge('dirty'), await gauge('oldest_dirty_seconds')], [0, 0]);
  });

  it('but not what Redis forgot before: that is counted, by one of the processes', async () => {
    const [users, targets] = [await lost('user'), await lost('target')];
    const processes = [writeBack(), writeBack()];
    await bed.see(look('17', '5', 1_000), look('18', '6', 1_000), look('19', '6', 1_000));
    for (const each of processes) await each.round(signal);
    await bed.redis.flushall();
    for (const each of processes) await each.round(signal);
    assert.deepEqual([(await lost('user')) - users, (await lost('target')) - targets], [3, 2]);
    // Control: what was written before is no loss.
    await bed.see(look('17', '5', 1_000));
    await processes[0]?.last();
    for (const each of processes) await each.round(signal);
    await bed.redis.flushall();
    for (const each of processes) await each.round(signal);
    assert.deepEqual([(await lost('user')) - users, (await lost('target')) - targets], [3, 2]);
  });

  it('counts also what is gone between its mark and its write', async () => {
    const before = await lost('user');
    await bed.see(look('17', '5', 1_000));
    await bed.redis.del('trk:{u1}:h:17');
    await writeBack().last();
    assert.equal((await lost('user')) - before, 1);
    assert.equal(await dirtyNow(), 0);
  });

  it('adds what was counted after Redis lost a day to what was counted before', async () => {
    await bed.see(look('17', '5', 1_000), look('18', '5', 1_000));
    await writeBack().last();
    await bed.redis.flushall();
    await bed.see(look('17', '5', 2_000));
    await writeBack().last();
    assert.deepEqual(await viewsOf(), [3, 0]);
  });
});
