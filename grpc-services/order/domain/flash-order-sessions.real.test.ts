import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { home } from '../neighbours-test-bed.ts';
import { createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';
import { FlashJoins } from '../testing/flash-joins.ts';
import type { OrderDeps } from './deps.ts';
import type { FlashJoin } from './place-flash-order.ts';

let postgres: RealPostgres;
let bed: OrderTestBed;
let sale: FlashJoins;
/** Everybody lives where they like. */
let deps: OrderDeps;
before(async () => {
  postgres = await createRealPostgres();
  bed = await createOrderTestBed(postgres);
  sale = new FlashJoins(bed);
  const accounts: OrderDeps['accounts'] = {
    async batchGetAddresses({ ids }) {
      return { addresses: ids.map((id) => ({ address: { id, userId: id, lines: home } })) };
    },
  };
  deps = { ...bed.deps, accounts };
});
after(async () => {
  await bed.stop();
  await postgres.drop();
});

/** As a bus does: what fails comes again, and what came to its end comes twice now and then. */
async function deliver(join: FlashJoin, event = sale.event()): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await sale.hear(join, event, deps);
    } catch (error) {
      if (attempt === 10 || !AppError.is(error, 'UNAVAILABLE')) throw error;
      await bed.transactionsEnd();
    }
  }
}

test('each ticket told to three sessions at once: 30 units are 30 orders of 30 users, and nothing more is held', async () => {
  sale.begin(30);
  const users = Array.from({ length: 60 }, (_, n) => ({ userId: String(1_000 + n) }));
  const joins = users.map(({ userId }) => sale.queue({ userId, addressId: userId }));
  await Promise.all(
    joins.map(async (join) => {
      const event = sale.event();
      await Promise.all([1, 2, 3].map(() => deliver(join, event)));
    }),
  );
  await bed.transactionsEnd();
  assert.deepEqual(sale.units, [0, 30, 0]);
  const counts = await Promise.all(users.map(async (user) => (await sale.orders(user)).length));
  assert.deepEqual([Math.max(...counts), counts.reduce((sum, count) => sum + count, 0)], [1, 30]);
  await sale.assertBalanced(users);
});

test('four tickets of each user in competing sessions are one order a user, and the units of the others return', async () => {
  sale.begin(80);
  const users = Array.from({ length: 20 }, (_, n) => ({ userId: String(2_000 + n) }));
  await Promise.all(
    users.flatMap(({ userId }) => [1, 2, 3, 4].map(() => deliver(sale.queue({ userId, addressId: userId })))),
  );
  await bed.transactionsEnd();
  assert.deepEqual(sale.units, [60, 20, 0]);
  for (const user of users) assert.equal((await sale.orders(user)).length, 1);
  await sale.assertBalanced(users);
});
