import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { RedisUnavailable } from '@tiffin/lib/engines/redis';
import { deleteAll } from '@tiffin/lib/engines/redis.contract';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import type { SaleCounters } from '../data/sale-counters.ts';
import { type JoinTestBed, openJoinTestBed } from '../join-test-bed.ts';

type Question = keyof SaleCounters;

/** Counters that `around` may meddle with; `ask` does what was asked. */
function meddled(
  around: (question: Question, ask: () => Promise<unknown>) => Promise<unknown>,
): (counters: SaleCounters) => SaleCounters {
  return (counters) =>
    new Proxy(counters, {
      get: (target, question: Question) => {
        const ask = target[question] as (...args: unknown[]) => Promise<unknown>;
        return (...args: unknown[]) => around(question, () => ask(...args));
      },
    });
}

/** A user who asks again until there is an answer: the ticket, or `SOLD_OUT`. */
async function persist(joins: JoinTestBed, saleId: string, userId: string): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      return (await joins.join(saleId, userId)).ticket?.id ?? '';
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (AppError.is(error, 'ALREADY_JOINED')) return error.detail.ticketId;
      if (error.code === 'SOLD_OUT') return error.code;
      assert.match(error.code, /^(UNAVAILABLE|RATE_LIMITED)$/);
      await joins.bed.clock.advance(100);
    }
  }
  return assert.fail(`User ${userId} never got an answer.`);
}

/** What Redis says may still be promised, and what SQL has for that. */
async function assertAgreed(joins: JoinTestBed, saleId: string): Promise<void> {
  const [count] = await joins.deps.counters.count([saleId]).catch(() => joins.deps.counters.count([saleId]));
  const { left } = await joins.bed.getFlashSale(saleId);
  assert.deepEqual(count, { left: left - (await joins.tickets(saleId)).length, promised: 0 });
}

for (const seed of [1, 2, 3]) {
  describe(`answers of Redis that are lost, and processes that die, seed ${seed}`, () => {
    it('cost no unit, and sell none twice', async (t) => {
      const random = new DemoRandom(seed);
      let isLossy = false;
      const wrap = meddled(async (_, ask) => {
        const answer = await ask();
        if (isLossy && random.next() < 0.2) throw new RedisUnavailable('The answer is lost.');
        return answer;
      });
      const joins = await openJoinTestBed({ wrap });
      t.after(() => joins.stop());
      const units = 60;
      const saleId = await joins.addSale(units);
      isLossy = true;
      const tickets = new Map<string, string>();
      const users = Array.from({ length: 50 }, (_, index) => String(100 + index));
      for (const userId of users) {
        // Some die between the promise and the row, or never ask again.
        const kind = random.next();
        if (kind < 0.2) {
          const ghost = { userId: `9${userId}`, ticketId: `8${userId}` };
          await joins.deps.counters.promise({ id: saleId, endsAt: new Date(1e13) }, ghost).catch(() => {});
        } else if (kind < 0.4) await joins.join(saleId, `7${userId}`).catch(() => {});
        tickets.set(userId, await persist(joins, saleId, userId));
      }
      // As long as a promise stands without a row, and some rounds in which answers are lost as well.
      for (let round = 0; round < 12; round++) await joins.reconcile(1).catch(() => {});
      isLossy = false;
      await joins.reconcile(3);
      await assertAgreed(joins, saleId);
      for (const [userId, ticketId] of tickets)
        if (ticketId !== 'SOLD_OUT') assert.equal(await persist(joins, saleId, userId), ticketId);
      for (let user = 0; user < units; user++) await persist(joins, saleId, String(500 + user));
      const rows = await joins.tickets(saleId);
      assert.equal(rows.length, units);
      assert.equal(new Set(rows.map(({ user_id }) => user_id)).size, units);
      assert.equal(await joins.events(), units);
    });
  });
}

describe('FLUSHALL in the middle of a join', () => {
  /** The questions of one join, a rebuild in between included. */
  const maxStep = 9;
  for (const when of ['before', 'after'] as const) {
    it(`${when} any of its steps: everything is sold, once`, async (t) => {
      let countdown = Number.POSITIVE_INFINITY;
      let flushes = 0;
      const wrap = meddled(async (_, ask) => {
        const isNow = --countdown === 0;
        const flush = async () => {
          flushes++;
          await deleteAll(joins.redis);
        };
        if (isNow && when === 'before') await flush();
        const answer = await ask();
        if (isNow && when === 'after') await flush();
        return answer;
      });
      const joins = await openJoinTestBed({ wrap });
      t.after(() => joins.stop());
      for (let step = 1; step <= maxStep; step++) {
        countdown = Number.POSITIVE_INFINITY;
        const saleId = await joins.addSale(4);
        const first = await persist(joins, saleId, '11');
        // Half of the times the join finds nothing there from the start.
        if (step % 2 === 0) await deleteAll(joins.redis);
        countdown = step;
        const tickets = [];
        for (const userId of ['12', '13']) tickets.push(await persist(joins, saleId, userId));
        assert.equal(new Set([first, ...tickets]).size, 3, `step ${step}`);
        assert.equal(await persist(joins, saleId, '11'), first);
        countdown = Number.POSITIVE_INFINITY;
        await joins.reconcile(8);
        await assertAgreed(joins, saleId);
        for (const userId of ['14', '15', '16']) tickets.push(await persist(joins, saleId, userId));
        assert.deepEqual(tickets.slice(3), ['SOLD_OUT', 'SOLD_OUT'], `step ${step}`);
        assert.equal((await joins.tickets(saleId)).length, 4);
      }
      assert.ok(flushes >= 6, `${flushes}`);
    });
  }

  it('while hundreds join: every unit is claimed once, whatever was promised', async (t) => {
    let questions = 0;
    const wrap = meddled(async (question, ask) => {
      if (question === 'promise' && ++questions % 40 === 0) await deleteAll(joins.redis);
      return ask();
    });
    const joins = await openJoinTestBed({ wrap });
    t.after(() => joins.stop());
    const saleId = await joins.addSale(100);
    const users = Array.from({ length: 300 }, (_, index) => String(1_000 + index));
    await Promise.allSettled(users.map((userId) => joins.join(saleId, userId)));
    assert.ok(questions > 100);
    questions = Number.NEGATIVE_INFINITY;
    await joins.reconcile(8);
    for (const userId of users) await persist(joins, saleId, userId);
    const rows = await joins.tickets(saleId);
    assert.equal(new Set(rows.map(({ user_id }) => user_id)).size, rows.length);
    // What was promised around a loss may be more than there is: SQL decides.
    const claims = await Promise.allSettled(
      rows.map(({ id }) =>
        joins.bed.units.claimUnit({ orderId: `4${id}`, ticketId: id }, callBy(ownProcess)),
      ),
    );
    assert.equal(claims.filter(({ status }) => status === 'fulfilled').length, 100);
    t.diagnostic(`${rows.length} tickets for 100 units`);
    assert.equal((await joins.bed.getFlashSale(saleId)).left, 0);
  });
});
