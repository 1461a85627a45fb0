import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { anonymous } from '@tiffin/lib/identity/identity';
import { createParticipant } from '@tiffin/lib/tcc/participant';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import {
  type ActivityTestBed,
  administrator,
  createActivityTestBed,
  customer,
} from '../activity-test-bed.ts';
import { flashSaleStockApi } from '../api/flash-sale-stock-api.ts';
import { flashSaleBranch } from '../data/flash-sale-branch.ts';
import { auditFlashSales } from './audit-flash-sales.ts';

let bed: ActivityTestBed;
let flashSaleId: string;
before(async () => {
  bed = await createActivityTestBed();
});
after(() => bed.stop());
beforeEach(async () => {
  flashSaleId = await bed.addFlashSale({}, 2);
});

const own = callBy(ownProcess);
let lastId = 0;
const newId = () => String(++lastId);
const newTicket = () => bed.addTicket(flashSaleId, newId());
const claim = (ticketId: string, orderId = newId()) => bed.units.claimUnit({ orderId, ticketId }, own);
const giveBack = (orderId: string) => bed.units.returnUnit({ orderId }, own);

async function units() {
  const { left, reserved, sold } = await bed.getFlashSale(flashSaleId);
  return [left, reserved, sold];
}

async function statusOf(ticketId: string) {
  const { status, orderId } = await bed.getTicket(ticketId);
  return [status, orderId];
}

test('units go from left to reserved to sold or back, and the ledger tells each step', async () => {
  const [one, other] = [await newTicket(), await newTicket()];
  const [paid, closed] = [newId(), newId()];
  await claim(one, paid);
  await claim(other, closed);
  assert.deepEqual(await units(), [0, 2, 0]);
  assert.deepEqual(await statusOf(one), ['ORDERED', paid]);
  await bed.units.sellUnit({ orderId: paid }, own);
  await giveBack(closed);
  assert.deepEqual(await units(), [1, 0, 1]);
  assert.deepEqual(await statusOf(one), ['SOLD', paid]);
  assert.deepEqual(await statusOf(other), ['RETURNED', closed]);
  const entries = await bed.deps.database.query<Record<string, unknown>>(
    `select kind, order_id, left_after, reserved_after, sold_after from activity.flash_sale_stock_entry
     where flash_sale_id = ? order by id`,
    [flashSaleId],
  );
  assert.deepEqual(
    entries.map((entry) => Object.values(entry)),
    [
      ['ADJUST', null, 2, 0, 0],
      ['CLAIM', paid, 1, 1, 0],
      ['CLAIM', closed, 0, 2, 0],
      ['SELL', paid, 0, 1, 1],
      ['RETURN', closed, 1, 0, 1],
    ],
  );
  assert.deepEqual(await allFindings(auditFlashSales(bed.deps)), []);
});

test('who comes when nothing is left is told so, and leaves nothing behind', async () => {
  await claim(await newTicket());
  await claim(await newTicket());
  const [late, orderId] = [await newTicket(), newId()];
  await assert.rejects(claim(late, orderId), failsWith('SOLD_OUT', { flashSaleId }));
  assert.deepEqual(await statusOf(late), ['QUEUED', undefined]);
  const { states } = await bed.units.batchGetClaims({ orderIds: [orderId] }, own);
  assert.deepEqual(states, ['BRANCH_STATE_UNSPECIFIED']);
  assert.deepEqual(await units(), [0, 2, 0]);
});

test('the last unit goes to whoever asks first, and to its order whenever that asks again', async () => {
  await claim(await newTicket());
  const [ticketId, orderId] = [await newTicket(), newId()];
  await claim(ticketId, orderId);
  await claim(ticketId, orderId);
  assert.deepEqual(await units(), [0, 2, 0]);
});

test('while an order holds or has bought the unit, no other order gets one for the ticket', async () => {
  const [ticketId, orderId] = [await newTicket(), newId()];
  await claim(ticketId, orderId);
  await assert.rejects(claim(ticketId), failsWith('ALREADY_JOINED', { ticketId }));
  await bed.units.sellUnit({ orderId }, own);
  await assert.rejects(claim(ticketId), failsWith('ALREADY_JOINED', { ticketId }));
  assert.deepEqual(await units(), [1, 0, 1]);
});

test('a claim that was cancelled before there was an order is made again by another', async () => {
  const [ticketId, dead, next] = [await newTicket(), newId(), newId()];
  await claim(ticketId, dead);
  await giveBack(dead);
  await claim(ticketId, next);
  assert.deepEqual(await statusOf(ticketId), ['ORDERED', next]);
  assert.deepEqual(await units(), [1, 1, 0]);
  // What comes late for the first one moves nothing of the second.
  await giveBack(dead);
  await assert.rejects(claim(ticketId, dead), failsWith('TRANSACTION_ENDED'));
  assert.deepEqual(await units(), [1, 1, 0]);
  assert.deepEqual(await allFindings(auditFlashSales(bed.deps)), []);
});

test('a ticket that ended without an order stays so', async () => {
  const [soldOut, refused, ordered] = [await newTicket(), await newTicket(), await newTicket()];
  await claim(ordered);
  const end = (ticketId: string, status: 'SOLD_OUT' | 'REFUSED') =>
    bed.units.endTicket({ ticketId, status: `FLASH_SALE_TICKET_STATUS_${status}` }, own);
  for (let twice = 0; twice < 2; twice++) {
    await end(soldOut, 'SOLD_OUT');
    await end(refused, 'REFUSED');
    await end(ordered, 'REFUSED');
    await end('999999', 'REFUSED');
  }
  await end(soldOut, 'REFUSED');
  assert.deepEqual((await statusOf(soldOut))[0], 'SOLD_OUT');
  assert.deepEqual((await statusOf(refused))[0], 'REFUSED');
  assert.deepEqual((await statusOf(ordered))[0], 'ORDERED');
  await assert.rejects(claim(soldOut), failsWith('SOLD_OUT', { flashSaleId }));
  await assert.rejects(claim(refused), failsWith('ALREADY_JOINED', { ticketId: refused }));
  assert.deepEqual(await units(), [1, 1, 0]);
});

test('a ticket whose tries came to nothing ends too, and gives no unit back twice', async () => {
  const [ticketId, dead] = [await newTicket(), newId()];
  await claim(ticketId, dead);
  await giveBack(dead);
  for (const status of ['REFUSED', 'SOLD_OUT'] as const)
    await bed.units.endTicket({ ticketId, status: `FLASH_SALE_TICKET_STATUS_${status}` }, own);
  assert.deepEqual(await statusOf(ticketId), ['REFUSED', undefined]);
  await assert.rejects(claim(ticketId), failsWith('ALREADY_JOINED', { ticketId }));
  await giveBack(dead);
  assert.deepEqual(await units(), [2, 0, 0]);
  assert.deepEqual(await allFindings(auditFlashSales(bed.deps)), []);
});

test('a ticket that is not there is bad input', async () => {
  await assert.rejects(claim('999999'), violates('ticketId'));
});

test('the branch is written first, and the row of the flash sale is locked by the last statement', async () => {
  const [kept, returned] = [newId(), newId()];
  const statements: string[] = [];
  const { database } = bed.deps;
  const transaction: typeof database.transaction = (work, budget) =>
    database.transaction((em) => {
      const execute = (sql: string, parameters?: unknown[]) => {
        statements.push(sql);
        return em.execute<object[]>(sql, parameters);
      };
      return work({ execute, flush: async () => {} } as Partial<typeof em> as typeof em);
    }, budget);
  const watched = { ...database, transaction };
  const claims = createParticipant({ database: watched, clock: bed.clock, branch: flashSaleBranch });
  const api = flashSaleStockApi({ ...bed.deps, claims });
  await api.claimUnit({ orderId: kept, ticketId: await newTicket() }, own);
  await api.claimUnit({ orderId: returned, ticketId: await newTicket() }, own);
  await api.sellUnit({ orderId: kept }, own);
  await api.returnUnit({ orderId: returned }, own);
  const work = statements.filter((sql) => !sql.startsWith('set local'));
  const touched = work.map((sql) => (/update activity\.flash_sale set/.test(sql) ? 'units' : 'branch'));
  const claimed = ['branch', 'units'];
  assert.deepEqual(touched, [...claimed, ...claimed, 'branch', 'units', 'branch', 'branch', 'units']);
});

test('our own processes do this, and no user, whatever the role', async () => {
  const ticketId = await newTicket();
  for (const [identity, code] of [
    [anonymous, 'UNAUTHENTICATED'],
    [customer, 'FORBIDDEN'],
    [administrator, 'FORBIDDEN'],
  ] as const) {
    const call = callBy(identity);
    await assert.rejects(bed.units.claimUnit({ orderId: newId(), ticketId }, call), failsWith(code));
    await assert.rejects(bed.units.sellUnit({ orderId: newId() }, call), failsWith(code));
    await assert.rejects(bed.units.returnUnit({ orderId: newId() }, call), failsWith(code));
    await assert.rejects(bed.units.batchGetClaims({ orderIds: ['1'] }, call), failsWith(code));
    const end = { ticketId, status: 'FLASH_SALE_TICKET_STATUS_REFUSED' } as const;
    await assert.rejects(bed.units.endTicket(end, call), failsWith(code));
  }
  assert.deepEqual(await statusOf(ticketId), ['QUEUED', undefined]);
});

test('bad input is named field by field, before anything is asked', async () => {
  bed.statements.length = 0;
  const bad = { orderId: 'x', ticketId: '0', status: 'FLASH_SALE_TICKET_STATUS_SOLD' } as const;
  await assert.rejects(bed.units.claimUnit(bad, own), violates('orderId', 'ticketId'));
  await assert.rejects(bed.units.sellUnit(bad, own), violates('orderId'));
  await assert.rejects(bed.units.returnUnit(bad, own), violates('orderId'));
  await assert.rejects(bed.units.endTicket(bad, own), violates('ticketId', 'status'));
  const tooMany = { orderIds: Array(101).fill('1') };
  await assert.rejects(bed.units.batchGetClaims(tooMany, own), violates('orderIds'));
  assert.deepEqual(bed.statements, []);
});
