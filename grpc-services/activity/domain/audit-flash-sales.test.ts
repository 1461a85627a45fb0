import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { MAX_FINDINGS } from '@tiffin/lib/audit/finding';
import { BRANCH_RETENTION_MS, forgetBranches } from '@tiffin/lib/tcc/forget-branches';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { type ActivityTestBed, createActivityTestBed } from '../activity-test-bed.ts';
import { auditFlashSales } from './audit-flash-sales.ts';

let bed: ActivityTestBed;
let saleId: string;
/** Of the orders 1, 2 and 3: reserved, sold and returned. The fourth waits. */
let tickets: string[];
before(async () => {
  bed = await createActivityTestBed();
});
after(() => bed.stop());
beforeEach(async () => {
  await sql(
    'truncate activity.flash_sale, activity.flash_sale_ticket, activity.flash_sale_stock_entry, activity.tcc_branch',
  );
  saleId = await bed.addFlashSale();
  tickets = [];
  for (const userId of ['1', '2', '3', '4']) tickets.push(await bed.addTicket(saleId, userId));
  for (const orderId of ['1', '2', '3']) await claim(orderId, tickets[Number(orderId) - 1]);
  await bed.units.sellUnit({ orderId: '2' }, own);
  await bed.units.returnUnit({ orderId: '3' }, own);
});

const own = callBy(ownProcess);
const claim = (orderId: string, ticketId = '') => bed.units.claimUnit({ orderId, ticketId }, own);
const sql = (statement: string, ...parameters: string[]) => bed.deps.database.query(statement, parameters);
const findings = async () =>
  (await allFindings(auditFlashSales(bed.deps))).map(({ unit, problem }) => `${unit} ${problem}`).toSorted();
const entryOf = async (orderId: string, kind: string) => {
  const [entry] = await bed.deps.database.query<{ id: string }>(
    'select id from activity.flash_sale_stock_entry where order_id = ? and kind = ?',
    [orderId, kind],
  );
  return entry?.id ?? assert.fail();
};

test('what goes the usual ways has no findings', async () => {
  await claim('5', tickets[2]);
  await bed.units.returnUnit({ orderId: '6' }, own);
  const end = { ticketId: tickets[3] ?? '', status: 'FLASH_SALE_TICKET_STATUS_SOLD_OUT' } as const;
  await bed.units.endTicket(end, own);
  assert.deepEqual(await findings(), []);
});

test('a unit that came from nowhere is found', async () => {
  await sql('update activity.flash_sale set left_units = left_units + 1');
  assert.deepEqual(await findings(), [
    `flash sale ${saleId} has left 9 + reserved 1 + sold 1, and the ledger tells left 8 + reserved 1 + sold 1`,
  ]);
});

test('an entry that is gone is found by the one behind it', async () => {
  const [gone, next] = [await entryOf('1', 'CLAIM'), await entryOf('2', 'CLAIM')];
  await sql('delete from activity.flash_sale_stock_entry where id = ?', gone);
  assert.deepEqual(await findings(), [
    `flash sale ${saleId} has the ledger entry ${next}, which does not follow from the one before it`,
  ]);
});

test('a unit that is sold without a ticket is found', async () => {
  await sql("update activity.flash_sale_ticket set status = 'RETURNED' where order_id = 2");
  assert.deepEqual(await findings(), [
    `flash sale ${saleId} has 1 sold and 0 tickets SOLD`,
    `flash sale ticket ${tickets[1]} is RETURNED for order 2, whose claim is CONFIRMED`,
    'order 2 has a CONFIRMED claim and a ticket that is RETURNED',
  ]);
});

test('a claim that stands elsewhere is found from all sides', async () => {
  await sql("update activity.tcc_branch set state = 'CANCELLED' where transaction_id = 1");
  await sql("update activity.tcc_branch set state = 'TRIED' where transaction_id = 2");
  assert.deepEqual(await findings(), [
    `flash sale ${saleId} has 0 reserved for order 2, whose claim is TRIED`,
    `flash sale ${saleId} has 1 reserved for order 1, whose claim is CANCELLED`,
    `flash sale ticket ${tickets[0]} is ORDERED for order 1, whose claim is CANCELLED`,
    `flash sale ticket ${tickets[1]} is SOLD for order 2, whose claim is TRIED`,
    'order 2 has a TRIED claim and a ticket that is SOLD',
  ]);
});

test('a reserved unit without a claim is found, and so is a claim without its ticket', async () => {
  await sql("update activity.tcc_branch set branch = 'coupon' where transaction_id = 1");
  await sql(
    "insert into activity.tcc_branch values (9, 'flash sale', 'TRIED', to_timestamp(0)), (8, 'flash sale', 'CANCELLED', to_timestamp(0))",
  );
  assert.deepEqual(await findings(), [
    `flash sale ${saleId} has 1 reserved for order 1, whose claim is missing`,
    `flash sale ticket ${tickets[0]} is ORDERED for order 1, whose claim is missing`,
    'order 9 has a TRIED claim and a ticket that is missing',
  ]);
});

test('tickets and entries outlive their claims, which are forgotten when they have ended long ago', async () => {
  bed.clock.jump(BRANCH_RETENTION_MS + 1);
  assert.equal(await forgetBranches(bed.deps.database, bed.clock), 2);
  assert.deepEqual(await findings(), []);
});

test('the ledger takes no entry that makes units or loses them', async () => {
  for (const [kind, left, reserved, sold] of [
    ['ADJUST', 0, 0, 0],
    ['ADJUST', 1, 1, 0],
    ['CLAIM', -2, 2, 0],
    ['CLAIM', -1, 0, 1],
    ['SELL', -1, 0, 1],
    ['RETURN', 1, 0, 0],
    ['GIFT', 1, 0, 0],
  ] as const) {
    const entry = bed.deps.database.query(
      `insert into activity.flash_sale_stock_entry (flash_sale_id, kind, left_delta, reserved_delta, sold_delta,
         left_after, reserved_after, sold_after, reason, order_id, at)
       values (?, ?, ?, ?, ?, 0, 0, 0, 'Test', ?, now())`,
      [saleId, kind, left, reserved, sold, kind === 'ADJUST' ? null : '60'],
    );
    await assert.rejects(entry, /flash_sale_stock_entry_moves/, kind);
  }
  const second = bed.deps.database.query(
    `insert into activity.flash_sale_stock_entry
     overriding system value select id + 1000, flash_sale_id, kind, left_delta, reserved_delta, sold_delta, left_after, reserved_after, sold_after,
       reason, actor_id, order_id, at
     from activity.flash_sale_stock_entry where order_id = 1`,
  );
  await assert.rejects(second, /flash_sale_stock_entry_by_order/);
});

test('a hundred findings are enough', async () => {
  await sql(
    `insert into activity.tcc_branch
     select n, 'flash sale', 'TRIED', to_timestamp(0) from generate_series(100, 300) as n`,
  );
  assert.equal((await findings()).length, MAX_FINDINGS);
});
