import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { closeRedis, type RedisClient } from '@tiffin/lib/engines/redis';
import { deleteAll, type RedisUnderTest } from '@tiffin/lib/engines/redis.contract';
import { joinedKey, leftKey, loadLockKey, promisedKey, returnedKey } from './keys.ts';
import { createSaleCounters, LOCK_MS, type SaleCounters } from './sale-counters.ts';
import { saleScripts } from './sale-scripts.ts';

const nowMs = 1_900_000_000_123;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const sale = { id: '1900000000000000001', endsAt: new Date(nowMs + hourMs) };
const ann = { userId: '11', ticketId: '1900000000000000011' };
const bob = { userId: '12', ticketId: '1900000000000000012' };
const cid = { userId: '13', ticketId: '1900000000000000013' };
const anew = (of: typeof ann) => ({ ...of, ticketId: '1900000000000000099' });

/** What flash sales ask of Redis: inside this process, on a server and on a cluster alike. */
export function describeSaleCounters(name: string, start: () => Promise<RedisUnderTest>): void {
  describe(`what Redis counts of flash sales: ${name}`, () => {
    let engine: RedisUnderTest;
    let redis: RedisClient;
    let clock: VirtualClock;
    let counters: SaleCounters;
    before(async () => {
      engine = await start();
      redis = await engine.open();
    });
    beforeEach(async () => {
      await deleteAll(redis);
      clock = new VirtualClock(nowMs);
      counters = createSaleCounters(redis, clock);
    });
    after(async () => {
      await closeRedis(redis);
      await engine.close();
    });

    async function load(left: number, joined: (typeof ann)[] = []): Promise<void> {
      assert.equal(await counters.lock(sale.id, 'mine'), true);
      assert.equal(await counters.loadPage(sale, 'mine', joined), true);
      assert.equal(await counters.load(sale, 'mine', left), true);
    }
    const count = async () => (await counters.count([sale.id]))[0];

    it('promises each user one unit, and not more than there are', async () => {
      await load(2);
      assert.deepEqual(await counters.promise(sale, ann), { kind: 'promised', left: 1 });
      const again = { kind: 'joined', ticketId: ann.ticketId, mayLackRow: true };
      assert.deepEqual(await counters.promise(sale, anew(ann)), again);
      assert.deepEqual(await counters.promise(sale, bob), { kind: 'promised', left: 0 });
      assert.deepEqual(await counters.promise(sale, cid), { kind: 'none left' });
      assert.deepEqual(await counters.promise(sale, anew(ann)), again, 'though nothing is left');
      assert.deepEqual(await count(), { left: 0, promised: 2 });
      assert.equal(await counters.left(sale.id), 0);
    });

    it('is no help to anybody before it is loaded', async () => {
      assert.deepEqual(await counters.promise(sale, ann), { kind: 'not loaded' });
      assert.deepEqual(await counters.promise(sale, ann), { kind: 'not loaded' });
      assert.deepEqual(await count(), { left: undefined, promised: 0 });
      assert.equal(await counters.left(sale.id), undefined);
      assert.equal(await counters.restore(sale, ann.ticketId), false);
      assert.equal(await counters.correct(sale.id, 0, 1), false);
    });

    it('control: without the look for who has joined a user holds two promises', async () => {
      await load(2);
      const lua = saleScripts.salePromise.lua.replace("redis.call('HGET', KEYS[2], ARGV[1])", 'false');
      const careless = createSaleCounters(redis, clock, {
        ...saleScripts,
        salePromise: { ...saleScripts.salePromise, lua },
      });
      assert.equal((await careless.promise(sale, ann)).kind, 'promised');
      assert.equal((await careless.promise(sale, anew(ann))).kind, 'promised');
    });

    it('control: with a look at what is left first, the taker of the last unit loses it', async () => {
      await load(1);
      const test = 'if tonumber(left) < tonumber(ARGV[5]) then return {3} end';
      const { lua, numberOfKeys } = saleScripts.salePromise;
      const first = 'if not left then return {0} end';
      const amountFirst = lua.replace(test, '').replace(first, `${first}\n${test}`);
      const hasty = createSaleCounters(redis, clock, {
        ...saleScripts,
        salePromise: { numberOfKeys, lua: amountFirst },
      });
      assert.equal((await hasty.promise(sale, ann)).kind, 'promised');
      assert.equal((await hasty.promise(sale, ann)).kind, 'none left');
      const ours = createSaleCounters(redis, clock);
      assert.equal((await ours.promise(sale, ann)).kind, 'joined');
    });

    it('knows who was loaded, and that they have their rows', async () => {
      await load(1, [ann, bob]);
      const reply = { kind: 'joined', ticketId: ann.ticketId, mayLackRow: false };
      assert.deepEqual(await counters.promise(sale, anew(ann)), reply);
      const users = ['13', '12', '11', '12'].map((userId) => ({ saleId: sale.id, userId }));
      assert.deepEqual(await counters.findJoined([...users, { saleId: '7', userId: '11' }]), [
        false,
        true,
        true,
        true,
        false,
      ]);
      assert.deepEqual(await counters.findJoined([]), []);
    });

    it('tells promises that may lack their rows, the oldest first', async () => {
      await load(3);
      await counters.promise(sale, bob);
      await clock.advance(1_000);
      await counters.promise(sale, ann);
      await clock.advance(1_000);
      await counters.promise(sale, cid);
      assert.deepEqual(await counters.findPromised(sale.id, nowMs + 1_000, 9), [bob, ann]);
      assert.deepEqual(await counters.findPromised(sale.id, nowMs + 9_000, 1), [bob]);
      await counters.markKept(sale.id, [bob, cid]);
      await counters.markKept(sale.id, []);
      assert.deepEqual(await counters.findPromised(sale.id, nowMs + 9_000, 9), [ann]);
      const reply = { kind: 'joined', ticketId: bob.ticketId, mayLackRow: false };
      assert.deepEqual(await counters.promise(sale, anew(bob)), reply);
    });

    it('takes a promise back once, and not one that was made anew', async () => {
      await load(1);
      await counters.promise(sale, ann);
      await clock.advance(10_000);
      await counters.promise(sale, anew(ann));
      assert.equal(await counters.takeBack(sale.id, ann, nowMs), false);
      assert.deepEqual(await count(), { left: 0, promised: 1 });
      await clock.advance(10_000);
      assert.equal(await counters.takeBack(sale.id, ann, nowMs + 10_000), true);
      assert.equal(await counters.takeBack(sale.id, ann, nowMs + 10_000), false);
      assert.deepEqual(await count(), { left: 1, promised: 0 });
      assert.deepEqual(await counters.promise(sale, anew(ann)), { kind: 'promised', left: 0 });
    });

    it('leaves a user the ticket of before where a second promise is taken back', async () => {
      await load(2);
      await counters.promise(sale, ann);
      assert.equal(await counters.takeBack(sale.id, ann, nowMs, anew(ann).ticketId), true);
      const reply = { kind: 'joined', ticketId: anew(ann).ticketId, mayLackRow: false };
      assert.deepEqual(await counters.promise(sale, ann), reply);
      assert.deepEqual(await count(), { left: 2, promised: 0 });
    });

    it('takes a unit back once for a ticket', async () => {
      await load(0, [ann]);
      assert.deepEqual(
        [await counters.restore(sale, ann.ticketId), await counters.restore(sale, ann.ticketId)],
        [true, false],
      );
      assert.equal(await counters.left(sale.id), 1);
    });

    it('is corrected only where it is as it was read', async () => {
      await load(5);
      assert.equal(await counters.correct(sale.id, 4, 1), false);
      assert.equal(await counters.correct(sale.id, 5, -3), true);
      assert.equal(await counters.left(sale.id), 2);
    });

    it('is loaded by one builder at a time, and never over what is there', async () => {
      assert.equal(await counters.lock(sale.id, 'mine'), true);
      assert.equal(await counters.lock(sale.id, 'yours'), false);
      assert.equal(await counters.loadPage(sale, 'yours', [ann]), false);
      assert.equal(await counters.load(sale, 'yours', 9), false);
      await counters.unlock(sale.id, 'yours');
      assert.equal(await counters.lock(sale.id, 'yours'), false);
      await counters.unlock(sale.id, 'mine');
      await load(3);
      await counters.promise(sale, ann);
      await load(9);
      assert.equal(await counters.left(sale.id), 2, 'it was there already');
    });

    it('counts promises that outlived the loss of the rest', async () => {
      await load(3);
      await counters.promise(sale, ann);
      await redis.del(leftKey(sale.id));
      assert.deepEqual(await counters.promise(sale, ann), { kind: 'not loaded' });
      await load(3);
      assert.equal(await counters.left(sale.id), 2);
    });

    it('keeps nothing without an end', async () => {
      await counters.lock(sale.id, 'mine');
      await counters.loadPage(sale, 'mine', [ann]);
      assert.ok((await redis.pttl(loadLockKey(sale.id))) <= LOCK_MS);
      assert.ok((await redis.pttl(loadLockKey(sale.id))) > 0);
      await counters.load(sale, 'mine', 5);
      assert.equal(await redis.exists(loadLockKey(sale.id)), 0);
      await counters.promise(sale, bob);
      await counters.restore(sale, ann.ticketId);
      await counters.correct(sale.id, 5, 1);
      for (const keyOf of [leftKey, joinedKey, promisedKey, returnedKey]) {
        const ttlMs = await redis.pttl(keyOf(sale.id));
        assert.ok(ttlMs > dayMs && ttlMs <= hourMs + dayMs, `${keyOf('')}: ${ttlMs}`);
      }
    });

    it('asks for many at once, whatever their slots', async () => {
      const ids = Array.from({ length: 30 }, (_, index) => String(index + 1));
      for (const id of ids) {
        const each = { ...sale, id };
        await counters.lock(id, 'mine');
        await counters.load(each, 'mine', Number(id));
        await counters.promise(each, ann);
      }
      assert.deepEqual(await counters.count([...ids, '999']), [
        ...ids.map((id) => ({ left: Number(id) - 1, promised: 1 })),
        { left: undefined, promised: 0 },
      ]);
      const asked = ids.map((saleId) => ({ saleId, userId: ann.userId }));
      assert.deepEqual(await counters.findJoined(asked), Array(30).fill(true));
    });

    it('never promises more, nor anybody twice, however many come at once', async () => {
      await load(40);
      const wishes = Array.from({ length: 400 }, (_, index) => ({
        userId: String(index % 100),
        ticketId: String(1_000 + index),
      }));
      const replies = await Promise.all(wishes.map((wish) => counters.promise(sale, wish)));
      assert.equal(replies.filter(({ kind }) => kind === 'promised').length, 40);
      assert.deepEqual(await count(), { left: 0, promised: 40 });
      assert.equal(await redis.hlen(joinedKey(sale.id)), 40);
    });
  });
}
