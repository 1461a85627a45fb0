import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { anonymous } from '@tiffin/lib/identity/identity';
import { encodeCursor } from '@tiffin/lib/paging/cursor';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import {
  type ActivityTestBed,
  administrator,
  createActivityTestBed,
  customer,
  dayMs,
  goods,
  otherCustomer,
} from '../activity-test-bed.ts';

let bed: ActivityTestBed;
before(async () => {
  bed = await createActivityTestBed();
});
after(() => bed.stop());
beforeEach(async () => {
  await bed.deps.database.query(
    'truncate activity.flash_sale, activity.flash_sale_ticket, activity.flash_sale_stock_entry',
  );
  bed.statements.length = 0;
});

const own = callBy(ownProcess);
const everybody = callBy(anonymous);
const fromNow = (ms: number) => new Date(bed.clock.now() + ms);

async function read(...ids: string[]) {
  const { flashSales } = await bed.sales.batchGetFlashSales({ ids }, everybody);
  return flashSales.map(({ flashSale }) => flashSale);
}

test('everybody sees flash sales, in the order of the ids, by one statement', async () => {
  const id = await bed.addFlashSale();
  bed.statements.length = 0;
  const [missing, sale, broken, again] = await read('999', id, 'x', id);
  assert.equal(bed.statements.length, 1);
  assert.deepEqual([missing, broken], [undefined, undefined]);
  assert.deepEqual(sale, again);
  assert.deepEqual(sale, {
    id,
    name: 'One dish for 99 cents',
    shopId: goods.shopId,
    goodsId: goods.id,
    price: { amountCents: 99, currency: 'EUR' },
    startsAt: fromNow(-dayMs),
    endsAt: fromNow(10 * dayMs),
    stock: 10,
    left: 10,
    status: 'FLASH_SALE_STATUS_RUNNING',
  });
});

test('it is upcoming until its start, runs until right before its end, and is sold out while nothing is left', async () => {
  const id = await bed.addFlashSale({ startsAt: fromNow(10), endsAt: fromNow(20) }, 1);
  const statusAfter = async (ms: number) => {
    await bed.clock.advance(ms);
    return (await read(id))[0]?.status?.replace('FLASH_SALE_STATUS_', '');
  };
  assert.equal(await statusAfter(9), 'UPCOMING');
  assert.equal(await statusAfter(1), 'RUNNING');
  const ticketId = await bed.addTicket(id, '1');
  await bed.units.claimUnit({ orderId: '1', ticketId }, own);
  assert.equal(await statusAfter(0), 'SOLD_OUT');
  await bed.units.returnUnit({ orderId: '1' }, own);
  assert.equal(await statusAfter(9), 'RUNNING');
  assert.equal(await statusAfter(1), 'ENDED');
});

test('those that are not over are listed by their start, then by id, page by page', async () => {
  const [second, third] = [await bed.addFlashSale(), await bed.addFlashSale()];
  const last = await bed.addFlashSale({ startsAt: fromNow(1) });
  const first = await bed.addFlashSale({ startsAt: fromNow(-2 * dayMs) });
  await bed.addFlashSale({ endsAt: fromNow(0) });
  const ended = await bed.addFlashSale();
  await bed.saleAdmin.endFlashSale({ idempotencyKey: 'end', flashSaleId: ended }, callBy(administrator));
  const listed: (string | undefined)[] = [];
  let after: string | undefined;
  for (const [size, hasNextPage] of [
    [2, true],
    [1, true],
    [2, false],
  ] as const) {
    const page = await bed.sales.listFlashSales({ first: size, after }, everybody);
    assert.equal(page.hasNextPage, hasNextPage);
    listed.push(...page.edges.map(({ flashSale }) => flashSale?.id));
    after = page.edges.at(-1)?.cursor;
  }
  assert.deepEqual(listed, [first, second, third, last]);
});

test('users see their own tickets, administrators and our own processes all', async () => {
  const flashSaleId = await bed.addFlashSale();
  const mine = await bed.addTicket(flashSaleId, customer.userId);
  const other = await bed.addTicket(flashSaleId, otherCustomer.userId);
  await bed.units.claimUnit({ orderId: '77', ticketId: mine }, own);
  const ids = [other, 'x', mine, '999', mine];
  for (const [identity, seen] of [
    [customer, ['', '', mine, '', mine]],
    [otherCustomer, [other, '', '', '', '']],
    [administrator, [other, '', mine, '', mine]],
    [ownProcess, [other, '', mine, '', mine]],
  ] as const) {
    const { tickets } = await bed.sales.batchGetFlashSaleTickets({ ids }, callBy(identity));
    assert.deepEqual(
      tickets.map(({ ticket }) => ticket?.id ?? ''),
      seen,
    );
  }
  const { tickets } = await bed.sales.batchGetFlashSaleTickets({ ids: [mine, other] }, own);
  const queuedAt = fromNow(0);
  assert.deepEqual(
    tickets.map(({ ticket }) => ticket),
    [
      { id: mine, flashSaleId, userId: customer.userId, ...status('ORDERED'), orderId: '77', queuedAt },
      {
        id: other,
        flashSaleId,
        userId: otherCustomer.userId,
        ...status('QUEUED'),
        orderId: undefined,
        queuedAt,
      },
    ],
  );
  const nobody = bed.sales.batchGetFlashSaleTickets({ ids }, everybody);
  await assert.rejects(nobody, failsWith('UNAUTHENTICATED'));
});

const status = (name: 'ORDERED' | 'QUEUED') => ({ status: `FLASH_SALE_TICKET_STATUS_${name}` as const });

test('nothing asked is nothing read', async () => {
  assert.deepEqual(await bed.sales.batchGetFlashSales({ ids: [] }, everybody), { flashSales: [] });
  assert.deepEqual(await bed.sales.batchGetFlashSaleTickets({ ids: [] }, own), { tickets: [] });
  assert.deepEqual(bed.statements, []);
});

test('bad input is named field by field', async () => {
  const tooMany = { ids: Array(101).fill('1') };
  await assert.rejects(bed.sales.batchGetFlashSales(tooMany, own), violates('ids'));
  await assert.rejects(bed.sales.batchGetFlashSaleTickets(tooMany, own), violates('ids'));
  for (const after of [
    'x',
    encodeCursor('1'),
    encodeCursor('1', '0'),
    encodeCursor('-1', '1'),
    encodeCursor('01', '1'),
    encodeCursor('999999999999999', '1'),
  ]) {
    await assert.rejects(bed.sales.listFlashSales({ first: 0, after }, own), violates('first', 'after'));
  }
});
