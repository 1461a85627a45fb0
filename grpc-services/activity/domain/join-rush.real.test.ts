import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { closeRedis, openRedis, type RedisClient, RedisUnavailable } from '@tiffin/lib/engines/redis';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { type RealRedis, startRealRedis } from '@tiffin/lib/testing/real-redis';
import { type JoinTestBed, openJoinTestBed } from '../join-test-bed.ts';

/** Two processes of the service upon one PostgreSQL and one Redis, with 5 % of the answers of Redis lost. */
let postgres: RealPostgres;
let server: RealRedis;
let clients: RedisClient[];
let beds: [JoinTestBed, JoinTestBed];
const random = new DemoRandom(7);
let loss = 0;
before(async () => {
  [postgres, server] = await Promise.all([createRealPostgres(), startRealRedis()]);
  const engine = {
    url: postgres.url,
    poolSize: 10,
    statementTimeoutMs: 10_000,
    connectTimeoutMs: 30_000,
  };
  clients = [];
  const open = async (lastId: bigint) => {
    const redis = await openRedis({ url: server.url, commandTimeoutMs: 10_000 });
    clients.push(redis);
    return openJoinTestBed({
      engine,
      lastId,
      redis,
      wrap: (counters) =>
        new Proxy(counters, {
          get: (target, name: keyof typeof counters) => {
            const ask = target[name] as (...args: unknown[]) => Promise<unknown>;
            return async (...args: unknown[]) => {
              const answer = await ask(...args);
              if (random.next() < loss) throw new RedisUnavailable('The answer is lost.');
              return answer;
            };
          },
        }),
    });
  };
  beds = [await open(1_000n), await open(1_000_000n)];
});
after(async () => {
  loss = 0;
  await Promise.all(beds.map((bed) => bed.stop()));
  await Promise.all(clients.map(closeRedis));
  await server.stop();
  await postgres.drop();
});

/** A flash sale that both processes know. */
async function addSale(units: number): Promise<string> {
  const saleId = await beds[0].addSale(units);
  await beds[1].deps.board.refresh();
  return saleId;
}

/** Asks until there is an answer, first here, then there. */
async function persist(saleId: string, userId: string, turn: number): Promise<string> {
  for (let attempt = turn; attempt < turn + 500; attempt++) {
    try {
      return (await beds[attempt % 2 === 0 ? 0 : 1].join(saleId, userId)).ticket?.id ?? '';
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (AppError.is(error, 'ALREADY_JOINED')) return error.detail.ticketId;
      if (error.code === 'SOLD_OUT') return error.code;
      assert.match(error.code, /^(UNAVAILABLE|RATE_LIMITED)$/, String(error.cause));
      for (const { bed } of beds) await bed.clock.advance(20);
    }
  }
  return assert.fail(`User ${userId} never got an answer.`);
}

describe('two processes in a rush', () => {
  it('sell a hundred units to a thousand users, one each, while answers are lost', async () => {
    const saleId = await addSale(100);
    loss = 0.05;
    const users = Array.from({ length: 1_000 }, (_, index) => String(index + 1));
    const answers = await Promise.all(users.map((userId, index) => persist(saleId, userId, index)));
    loss = 0;
    const tickets = new Set(answers.filter((answer) => answer !== 'SOLD_OUT'));
    const rows = await beds[0].tickets(saleId);
    assert.equal(rows.length, 100);
    assert.deepEqual(new Set(rows.map(({ id }) => id)), tickets);
    assert.equal(new Set(rows.map(({ user_id }) => user_id)).size, 100);
    assert.equal(await beds[0].events(), 100);
    await beds[0].reconcile(8);
    assert.deepEqual((await beds[0].deps.counters.count([saleId]))[0], { left: 0, promised: 0 });
  });

  it('give a user who asks both of them fifty times one ticket, with one event', async () => {
    const saleId = await addSale(100);
    const before = await beds[0].events();
    loss = 0.2;
    const asks = Array.from({ length: 50 }, (_, index) => persist(saleId, '7', index));
    assert.equal(new Set(await Promise.all(asks)).size, 1);
    loss = 0;
    assert.equal((await beds[0].tickets(saleId)).length, 1);
    assert.equal((await beds[0].events()) - before, 1);
  });

  it('write the ticket of one promise once, though both of them do it at the same time', async () => {
    const saleId = await addSale(100);
    const before = await beds[0].events();
    for (let user = 0; user < 40; user++) {
      const userId = String(100 + user);
      const sale = await beds[0].bed.getFlashSale(saleId);
      await beds[0].deps.counters.promise(sale, { userId, ticketId: String(900_000 + user) });
      const answers = await Promise.all([persist(saleId, userId, 0), persist(saleId, userId, 1)]);
      assert.deepEqual(answers, [String(900_000 + user), String(900_000 + user)]);
    }
    assert.equal((await beds[0].tickets(saleId)).length, 40);
    assert.equal((await beds[0].events()) - before, 40);
  });

  it('let nobody join while Redis is killed, say so at once, and go on when it comes back empty', async () => {
    const saleId = await addSale(60);
    const users = Array.from({ length: 80 }, (_, index) => String(1 + index));
    const early = users.slice(0, 30);
    const joinAll = (who: readonly string[]) =>
      Promise.all(who.map((userId, index) => persist(saleId, userId, index)));
    const tickets = await joinAll(early);
    await server.kill();
    for (const bed of beds) {
      await bed.bed.clock.advance(200);
      await assert.rejects(bed.join(saleId, '77'), (error) => AppError.is(error, 'UNAVAILABLE'));
    }
    await server.restart();
    await Promise.all(clients.map((client) => client.status === 'ready' || once(client, 'ready')));
    assert.deepEqual(await joinAll(early), tickets, 'rebuilt from SQL');
    const answers = await joinAll(users);
    assert.equal(answers.filter((answer) => answer !== 'SOLD_OUT').length, 60);
    assert.equal((await beds[0].tickets(saleId)).length, 60);
  });
});
