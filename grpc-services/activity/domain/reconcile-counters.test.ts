import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { deleteAll } from '@tiffin/lib/engines/redis.contract';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { joinedKey, leftKey } from '../data/keys.ts';
import { type JoinTestBed, openJoinTestBed } from '../join-test-bed.ts';
import { reconcilesCounters } from '../tasks/reconcile-counters.ts';
import { CounterReconciler, differenceOf } from './reconcile-counters.ts';

let joins: JoinTestBed;
before(async () => {
  joins = await openJoinTestBed();
});
after(() => joins.stop());

const count = async (saleId: string) => (await joins.deps.counters.count([saleId]))[0];
async function corrected(kind: string): Promise<number> {
  const line = new RegExp(`corrections_total\\{kind="${kind}"\\} (\\d+)`);
  return Number(line.exec(await joins.metrics.text())?.[1] ?? 0);
}
/** A promise whose process died before the row. */
const abandon = async (saleId: string, userId: string) => {
  const sale = await joins.bed.getFlashSale(saleId);
  await joins.deps.counters.promise(sale, { userId, ticketId: `77${userId}` });
};

describe('the reconciler', () => {
  it('corrects what two rounds find different, up and down', async () => {
    const saleId = await joins.addSale(10);
    for (const wrong of [4, 25]) {
      await joins.redis.set(leftKey(saleId), wrong, 'PX', 100_000);
      await joins.reconcile(1);
      assert.deepEqual(await count(saleId), { left: wrong, promised: 0 });
      await joins.reconcile(1);
      assert.deepEqual(await count(saleId), { left: 10, promised: 0 });
    }
    assert.deepEqual([await corrected('added'), await corrected('taken')], [6, 15]);
  });

  it('leaves a difference alone that does not stand still', async () => {
    const saleId = await joins.addSale(10);
    for (const wrong of [9, 8, 9, 8]) {
      await joins.redis.set(leftKey(saleId), wrong, 'PX', 100_000);
      await joins.reconcile(1);
      assert.equal((await count(saleId))?.left, wrong);
    }
  });

  it('writes nothing where somebody joined since it read', async () => {
    const saleId = await joins.addSale(10);
    await joins.redis.set(leftKey(saleId), 8, 'PX', 100_000);
    const { counters } = joins.deps;
    let joinsMeanwhile = 0;
    const reconciler = new CounterReconciler({
      ...joins.deps,
      logger: silentLogger,
      metrics: joins.metrics,
      counters: {
        ...counters,
        async count(ids) {
          const counts = await counters.count(ids);
          await joins.join(saleId, `5${++joinsMeanwhile}`);
          return counts;
        },
      },
    });
    for (let round = 0; round < 3; round++) await reconciler.round();
    assert.equal((await count(saleId))?.left, 8 - joinsMeanwhile);
    await joins.reconcile(2);
    assert.equal((await count(saleId))?.left, 10 - joinsMeanwhile);
  });

  it('takes a promise back that has no row after 10 s, and the unit is there for others', async () => {
    const saleId = await joins.addSale(1);
    await abandon(saleId, '11');
    await joins.reconcile(4);
    assert.deepEqual(await count(saleId), { left: 0, promised: 1 }, 'not sooner');
    await joins.reconcile(1);
    assert.deepEqual(await count(saleId), { left: 1, promised: 0 });
    assert.equal((await joins.join(saleId, '12')).ticket?.userId, '12');
    assert.ok((await corrected('promise')) >= 1);
  });

  it('takes many back by one statement, also beside a ticket of before', async () => {
    const saleId = await joins.addSale(10);
    const { ticket } = await joins.join(saleId, '11');
    await joins.redis.del(joinedKey(saleId));
    for (const userId of ['11', '12', '13', '14']) await abandon(saleId, userId);
    await joins.reconcile(4);
    assert.deepEqual(await count(saleId), { left: 5, promised: 4 });
    joins.bed.statements.length = 0;
    await joins.reconcile(1);
    const reads = joins.bed.statements.filter((sql) => /select user_id|order_id/.test(sql));
    assert.equal(reads.length, 1, reads.join('\n'));
    assert.deepEqual(await count(saleId), { left: 9, promised: 0 });
    await assert.rejects(
      joins.join(saleId, '11'),
      failsWith('ALREADY_JOINED', { ticketId: ticket?.id ?? '' }),
    );
  });

  it('gives whoever comes back in time the ticket of the promise', async () => {
    const saleId = await joins.addSale(1);
    await abandon(saleId, '11');
    await joins.reconcile(4);
    assert.equal((await joins.join(saleId, '11')).ticket?.id, '7711');
    await joins.reconcile(8);
    assert.deepEqual(await count(saleId), { left: 0, promised: 0 });
  });

  it('takes nothing back that has its row, though nobody told Redis', async () => {
    const saleId = await joins.addSale(5);
    const { markKept } = joins.deps.counters;
    joins.deps.counters.markKept = () => Promise.reject(new Error('lost'));
    await joins.join(saleId, '11');
    joins.deps.counters.markKept = markKept;
    assert.deepEqual(await count(saleId), { left: 4, promised: 1 });
    await joins.reconcile(6);
    assert.deepEqual(await count(saleId), { left: 4, promised: 0 });
  });

  it('loads what was lost, and what begins within a minute', async () => {
    const startsAt = (ms: number) => ({ startsAt: new Date(joins.bed.clock.now() + ms) });
    const running = await joins.bed.addFlashSale();
    const soon = await joins.bed.addFlashSale(startsAt(50_000));
    const later = await joins.bed.addFlashSale(startsAt(90_000));
    await deleteAll(joins.redis);
    await joins.reconcile(1);
    assert.deepEqual(
      (await joins.deps.counters.count([running, soon, later])).map(({ left }) => left),
      [10, 10, undefined],
    );
  });

  it('finds a unit that came back while Redis was away', async () => {
    const saleId = await joins.addSale(1);
    const { ticket } = await joins.join(saleId, '11');
    const [orderId, ticketId] = ['6001', ticket?.id ?? ''];
    await joins.bed.units.claimUnit({ orderId, ticketId }, callBy(ownProcess));
    await joins.reconcile(2);
    assert.equal((await count(saleId))?.left, 0);
    await joins.bed.units.returnUnit({ orderId }, callBy(ownProcess));
    await joins.reconcile(2);
    assert.equal((await count(saleId))?.left, 1);
    assert.ok((await joins.join(saleId, '12')).ticket);
  });

  it('goes round each 2 s, as a task', async () => {
    const { clock } = joins.bed;
    let rounds = 0;
    const board = {
      running() {
        rounds++;
        return [];
      },
    };
    const task = reconcilesCounters({ ...joins.deps, board, logger: silentLogger, metrics: joins.metrics });
    const end = new AbortController();
    const ended = task.run(end.signal);
    await clock.advance(6_000);
    end.abort();
    await ended;
    assert.equal(rounds, 3);
  });
});

describe('the difference between Redis and SQL', () => {
  for (const [left, promised, unclaimed, queued, difference] of [
    [5, 0, 10, 5, 0],
    [5, 0, 10, 4, 1],
    [5, 1, 10, 4, 0],
    [5, 3, 10, 1, 1],
    [6, 0, 10, 5, -1],
    [6, 2, 10, 5, -1],
    [0, 0, 3, 5, 0],
    [2, 0, 3, 5, -2],
  ] as const) {
    it(`is ${difference} with ${left} left, ${promised} promised; ${unclaimed} unclaimed, ${queued} queued`, () => {
      assert.equal(differenceOf({ left, promised }, { left: unclaimed, queued }), difference);
    });
  }
});
