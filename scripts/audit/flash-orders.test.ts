import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { type AuditTestBed, createAuditTestBed, nowSeconds } from './audit-test-bed.ts';
import type { CrossCheck } from './audited.ts';
import { checkAmounts } from './check-amounts.ts';
import { checkBranches, checkOrphans } from './check-branches.ts';
import { runAudit } from './run-audit.ts';
import { tellUnit } from './tell-unit.ts';

let bed: AuditTestBed;
before(async () => {
  bed = await createAuditTestBed();
});
after(() => bed.stop());
const sql = (statement: string) => bed.databases.order.query(statement);

const then = `to_timestamp(${nowSeconds - 300})`;

/** Users 4 and 6 have each an order of flash sale 90, of which 11 waits for its payment and 12 is paid. */
const rows = [
  'truncate activity.flash_sale cascade',
  `insert into "order"."order" (id, user_id, shop_id, status, total_cents, currency, label, street, city, postal_code,
     area, placed_at, version, flash_sale_id, flash_ticket_id)
   select id, user_id, 9, status, 99, 'EUR', 'Home', 'S 1', 'Berlin', '10115', 'Mitte', ${then}, version, 90, id + 80
   from (values (11, 4, 'CREATED', 1), (12, 6, 'PAID', 2)) as placed (id, user_id, status, version)`,
  `insert into "order".order_item (order_id, position, goods_id, quantity, unit_price_cents)
   values (11, 1, 5, 1, 99), (12, 1, 5, 1, 99)`,
  `insert into "order".order_step (order_id, version, status, at, event_id)
   values (11, 1, 'CREATED', ${then}, null), (12, 1, 'CREATED', ${then}, null), (12, 2, 'PAID', ${then}, 'paid-2')`,
  `insert into "order".tcc_transaction (id, state, participants, open, begun_at, decided_at, ended_at)
   values (11, 'PREPARED', '["flashSale"]', '[]', ${then}, null, null),
     (12, 'CONFIRMED', '["flashSale"]', '[]', ${then}, ${then}, ${then})`,
  `insert into activity.tcc_branch (transaction_id, branch, state, changed_at)
   values (11, 'flash sale', 'TRIED', ${then}), (12, 'flash sale', 'CONFIRMED', ${then})`,
  `insert into activity.flash_sale (id, name, shop_id, goods_id, price_cents, currency, starts_at, ends_at, rules, version,
     left_units, reserved, sold) values (90, 'Sale', 9, 5, 99, 'EUR', ${then}, ${then} + interval '1 day', '[]', 1, 3, 1, 1)`,
  `insert into activity.flash_sale_ticket (id, flash_sale_id, user_id, address_id, status, order_id, queued_at, ended_at)
   values (91, 90, 4, 1, 'ORDERED', 11, ${then}, null), (92, 90, 6, 1, 'SOLD', 12, ${then}, ${then})`,
  `insert into activity.flash_sale_stock_entry (flash_sale_id, kind, left_delta, reserved_delta, sold_delta, left_after,
     reserved_after, sold_after, reason, order_id, at)
   values (90, 'ADJUST', 5, 0, 0, 5, 0, 0, 'Created', null, ${then}), (90, 'CLAIM', -1, 1, 0, 4, 1, 0, 'Ordered', 12, ${then}),
     (90, 'SELL', 0, -1, 1, 4, 0, 1, 'Sold', 12, ${then}), (90, 'CLAIM', -1, 1, 0, 3, 1, 1, 'Ordered', 11, ${then})`,
  `insert into delivery.delivery (id, order_id, user_id, shop_id, status, courier_name, courier_reference, requested_at,
     changed_at, version) values (81, 12, 6, 9, 'ASSIGNED', 'C', 'trip-2', ${then}, ${then}, 2)`,
  `update "order"."order" set status = 'ASSIGNED', version = 3 where id = 12`,
  `insert into "order".order_step (order_id, version, status, at) values (12, 3, 'ASSIGNED', ${then})`,
];
beforeEach(async () => {
  await bed.reset();
  for (const statement of rows) await sql(statement);
});

test('orders of a flash sale are sound as others are', async () => {
  const { lines, isSound } = await runAudit(bed);
  assert.equal(isSound, true, lines.join('\n'));
});

const harms: Record<string, { check: CrossCheck; sql: string; found: readonly string[] }> = {
  'the claim of an unpaid order is gone': {
    check: checkBranches,
    sql: "delete from activity.tcc_branch where transaction_id = 11 and branch = 'flash sale'",
    found: ['order 11 is PREPARED, and its branch of flashSale is missing'],
  },
  'a paid order still holds its unit': {
    check: checkBranches,
    sql: "update activity.tcc_branch set state = 'TRIED' where transaction_id = 12",
    found: ['order 12 is CONFIRMED, and its branch of flashSale is TRIED'],
  },
  'an ordinary order takes part in a flash sale': {
    check: checkBranches,
    sql: `insert into activity.tcc_branch values (1, 'flash sale', 'TRIED', ${then})`,
    found: ['order 1 has a TRIED branch of flashSale, which takes no part in it'],
  },
  'a unit is held for no order': {
    check: checkOrphans,
    sql: `insert into activity.tcc_branch values (77, 'flash sale', 'TRIED', ${then})`,
    found: ['order 77 holds its flashSale, and its transaction is missing'],
  },
  'the ledger knows of no unit of an order': {
    check: checkAmounts,
    sql: 'delete from activity.flash_sale_stock_entry where order_id = 11',
    found: ['order 11 has 1 held + 0 sold of flash sale 90, and the books say nothing'],
  },
  'a ticket is somebody else’s': {
    check: checkAmounts,
    sql: 'update activity.flash_sale_ticket set user_id = 7 where order_id = 12',
    found: ['order 12 has 0 held + 1 sold of flash sale 90, and the books say the same of another user'],
  },
  'an order takes from the stock of the goods too': {
    check: checkAmounts,
    sql: `insert into goods.stock_entry (goods_id, delta, frozen_delta, sold_delta, balance_after, frozen_after, sold_after,
        reason, created_at, kind, order_id) values (5, -1, 1, 0, 5, 3, 2, 'Order', ${then}, 'RESERVE', 11)`,
    found: ['order 11 has nothing, and the books say 1 frozen + 0 sold of goods 5'],
  },
};

for (const [harm, { check, sql: statement, found }] of Object.entries(harms)) {
  test(`it is found when ${harm}`, async () => {
    await sql(statement);
    const findings = (await check(bed)).map(({ unit, problem }) => `${unit} ${problem}`);
    assert.deepEqual(findings, found);
  });
}

test('what happened to such an order is told with its unit', async () => {
  const text = (await tellUnit(bed, 'order', '12')).join('\n');
  for (const what of [
    'ticket 92 of flash sale 90 is SOLD',
    'CLAIM a unit of flash sale 90: left -1, reserved 1, sold 0',
    'branch of flashSale is CONFIRMED',
  ])
    assert.ok(text.includes(what), text);
});
