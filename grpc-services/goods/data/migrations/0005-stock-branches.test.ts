import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { type Database, openDatabase } from '@tiffin/lib/engines/database';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { createParticipant } from '@tiffin/lib/tcc/participant';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { auditStock } from '../../domain/audit-stock.ts';
import { goodsSchema } from '../../goods-test-bed.ts';
import { assertLedgerTells, assertOrdersBalance, readUnits } from '../../stock-ledger-check.ts';
import { migrations } from '../migrations.ts';
import { stockBranch } from '../stock-branch.ts';

let embedded: EmbeddedPostgres;
let database: Database;
before(async () => {
  embedded = await openEmbeddedPostgres();
  const old = await openDatabase({ ...goodsSchema, migrations: migrations.slice(0, 4), embedded });
  for (const sql of oldRows) await old.query(sql);
  await old.close();
  database = await openDatabase({ ...goodsSchema, embedded });
});
after(async () => {
  await database.close();
  await embedded.close();
});

/** The orders 51 and 53 hold what they reserved, 52 gave it back, 54 was released before it reserved anything. */
const oldRows = [
  `insert into goods.goods (id, shop_id, name, description, price_cents, currency, category_ids, available, version)
   values (1, 7, 'Bread', '', 100, 'EUR', '{}', 5, 1), (2, 7, 'Roll', '', 50, 'EUR', '{}', 20, 1),
     (3, 7, 'Bun', '', 50, 'EUR', '{}', 0, 1)`,
  `insert into goods.stock_reservation (order_id, status, changed_at)
   values (51, 'RESERVED', '2020-01-01Z'), (52, 'RELEASED', '2020-01-02Z'), (53, 'RESERVED', '2020-01-03Z'),
     (54, 'RELEASED', '2020-01-04Z')`,
  `insert into goods.stock_entry (goods_id, delta, balance_after, reason, created_at, kind, order_id)
   values (1, 10, 10, 'Count', '2020-01-01Z', 'ADJUST', null), (2, 20, 20, 'Count', '2020-01-01Z', 'ADJUST', null),
     (1, -3, 7, 'Ordered', '2020-01-01Z', 'RESERVE', 51), (1, -4, 3, 'Ordered', '2020-01-01Z', 'RESERVE', 52),
     (2, -1, 19, 'Ordered', '2020-01-01Z', 'RESERVE', 52), (1, -2, 1, 'Ordered', '2020-01-03Z', 'RESERVE', 53),
     (1, 4, 5, 'Order given back', '2020-01-02Z', 'RELEASE', 52),
     (2, 1, 20, 'Order given back', '2020-01-02Z', 'RELEASE', 52)`,
];

test('what old orders have reserved is sold, and the books of all goods balance', async () => {
  assert.deepEqual(await readUnits(database, '1'), { available: 5, frozen: 0, sold: 5 });
  assert.deepEqual(await readUnits(database, '2'), { available: 20, frozen: 0, sold: 0 });
  assert.deepEqual(await readUnits(database, '3'), { available: 0, frozen: 0, sold: 0 });
  const frozen = (await assertLedgerTells(database, '1')).map(({ kind, after }) => [kind, after.frozen]);
  assert.deepEqual(frozen, [
    ['ADJUST', 0],
    ['RESERVE', 3],
    ['RESERVE', 7],
    ['RESERVE', 9],
    ['RELEASE', 5],
    ['DEDUCT', 2],
    ['DEDUCT', 0],
  ]);
  for (const goodsId of ['2', '3']) await assertLedgerTells(database, goodsId);
  assert.deepEqual(
    await assertOrdersBalance(database),
    new Map([
      ['51', { state: 'sold', units: { 1: 3 } }],
      ['53', { state: 'sold', units: { 1: 2 } }],
    ]),
  );
  assert.deepEqual(await allFindings(auditStock({ database })), []);
});

test('old orders have branches that stand where their reservations stood', async () => {
  const branches = createParticipant({ database, clock: new VirtualClock(), branch: stockBranch });
  const states = await branches.states(['51', '52', '53', '54', '55']);
  assert.deepEqual(states, ['CONFIRMED', 'CANCELLED', 'CONFIRMED', 'CANCELLED', undefined]);
  const unexpected = async () => assert.fail('An old order was served once more.');
  await branches.confirm('51', callBy(ownProcess), unexpected);
  await branches.cancel('52', callBy(ownProcess), unexpected);
});

test('the ledger takes no entry that makes units or loses them', async () => {
  for (const [kind, delta, frozenDelta, soldDelta] of [
    ['ADJUST', 0, 0, 0],
    ['ADJUST', 1, 1, 0],
    ['RESERVE', -2, 1, 0],
    ['DEDUCT', 0, -1, 2],
    ['DEDUCT', -1, 0, 1],
    ['RELEASE', 1, 0, 0],
    ['GIFT', 1, 0, 0],
  ] as const) {
    const entry = database.query(
      `insert into goods.stock_entry (goods_id, delta, frozen_delta, sold_delta, balance_after, frozen_after,
         sold_after, reason, created_at, kind, order_id)
       values (1, ?, ?, ?, 0, 0, 0, 'Test', now(), ?, ?)`,
      [delta, frozenDelta, soldDelta, kind, kind === 'ADJUST' ? null : 60],
    );
    await assert.rejects(entry, /stock_entry_moves/, kind);
  }
});
