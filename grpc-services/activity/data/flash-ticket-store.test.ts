import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { type ActivityTestBed, createActivityTestBed } from '../activity-test-bed.ts';
import { findRunningAndUpcoming, findStandings, secretOf } from './flash-sale-store.ts';
import {
  findTicketIds,
  findTicketIdsOfPairs,
  findTicketsOf,
  insertTicket,
  joinedUsers,
} from './flash-ticket-store.ts';

let bed: ActivityTestBed;
let saleId: string;
before(async () => {
  bed = await createActivityTestBed();
});
after(() => bed.stop());
beforeEach(async () => {
  await bed.deps.database.query(
    'truncate activity.flash_sale, activity.flash_sale_ticket, activity.flash_sale_stock_entry, activity.tcc_branch',
  );
  saleId = await bed.addFlashSale();
});

const own = callBy(ownProcess);
const joinAt = (version: number, id: string, userId: string, flashSaleId = saleId) =>
  bed.deps.database.transaction((em) => {
    const queuedAt = new Date(bed.clock.now());
    return insertTicket(em, { id, flashSaleId, userId, addressId: '90', queuedAt }, version);
  });
const join = async (id: string, userId: string, flashSaleId = saleId) =>
  (await joinAt(1, id, userId, flashSaleId)) ?? assert.fail();

test('a user has one ticket of a flash sale, whatever became of it', async () => {
  const first = await join('1', '5');
  assert.deepEqual(first, {
    isNew: true,
    ticket: {
      id: '1',
      flashSaleId: saleId,
      userId: '5',
      addressId: '90',
      status: 'QUEUED',
      orderId: undefined,
      queuedAt: new Date(bed.clock.now()),
    },
  });
  await bed.clock.advance(1_000);
  assert.deepEqual(await join('2', '5'), { ...first, isNew: false });
  await bed.units.claimUnit({ orderId: '9', ticketId: '1' }, own);
  await bed.units.returnUnit({ orderId: '9' }, own);
  const again = await join('3', '5');
  assert.deepEqual([again.isNew, again.ticket.id, again.ticket.status], [false, '1', 'RETURNED']);
  const other = await bed.addFlashSale();
  assert.equal((await join('4', '5', other)).isNew, true);
  assert.deepEqual(await findTicketIds(bed.deps.database, other, ['5', '6']), new Map([['5', '4']]));
  await join('6', '6', other);
  const pairs = [
    { saleId, userId: '5' },
    { saleId, userId: '6' },
    { saleId: other, userId: '6' },
    { saleId: '999', userId: '5' },
  ];
  bed.statements.length = 0;
  const found = await findTicketIdsOfPairs(bed.deps.database, pairs);
  assert.deepEqual(
    found.toSorted((a, b) => Number(a.ticketId) - Number(b.ticketId)),
    [
      { saleId, userId: '5', ticketId: '1' },
      { saleId: other, userId: '6', ticketId: '6' },
    ],
  );
  assert.equal(bed.statements.length, 1);
  const both = await findTicketsOf(bed.deps.database, [saleId, other, '999'], '5');
  assert.deepEqual(both.map(({ id }) => id).toSorted(), ['1', '4']);
});

test('nobody is queued by another version of the flash sale; whoever has a ticket keeps it', async () => {
  const first = await join('1', '5');
  for (const version of [0, 2]) {
    assert.equal(await joinAt(version, '2', '6'), undefined);
    assert.deepEqual(await joinAt(version, '3', '5'), { ...first, isNew: false });
  }
  assert.equal((await join('2', '6')).isNew, true);
});

test('tickets count as queued until a claim or an end decides them', async () => {
  const { database } = bed.deps;
  const other = await bed.addFlashSale();
  for (const userId of ['5', '6', '7']) await join(userId, userId);
  await bed.units.claimUnit({ orderId: '9', ticketId: '5' }, own);
  await bed.units.endTicket({ ticketId: '6', status: 'FLASH_SALE_TICKET_STATUS_REFUSED' }, own);
  const standings = await findStandings(database, [saleId, other, '999']);
  assert.deepEqual(
    new Map(standings.map(({ id, left, queued }) => [id, [left, queued]])),
    new Map([
      [saleId, [9, 1]],
      [other, [10, 0]],
    ]),
  );
});

test('all who have joined come page by page', async () => {
  for (const userId of ['30', '4', '200']) await join(`1${userId}`, userId);
  const users: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await joinedUsers(bed.deps.database, saleId, after, 2);
    users.push(...page.map(({ userId, ticketId }) => `${userId} ${ticketId}`));
    after = page.at(-1)?.userId;
    if (page.length < 2) break;
  }
  assert.deepEqual(users, ['4 14', '30 130', '200 1200']);
});

test('a flash sale has one secret, which is made when it is first asked for', async () => {
  const { database } = bed.deps;
  const bytes = (value: number) => new Uint8Array(32).fill(value);
  const told = [await secretOf(database, saleId, bytes(1)), await secretOf(database, saleId, bytes(2))];
  for (const secret of told) assert.deepEqual(Uint8Array.from(secret ?? assert.fail()), bytes(1));
  assert.equal(await secretOf(database, '999', bytes(3)), undefined);
  bed.statements.length = 0;
  await secretOf(database, saleId, bytes(4));
  assert.equal(bed.statements.length, 1, 'one that is there is not written again');
});

test('rules come back as they were written, of every kind', async () => {
  const rules = [
    { rule: { $case: 'accountAge', value: { minDays: 30 } } },
    { rule: { $case: 'area', value: { areas: ['"Kreis 4"', 'Wiedikon'] } } },
    { rule: { $case: 'pastOrders', value: { minOrders: 3 } } },
  ] as const;
  const id = await bed.addFlashSale({ rules: structuredClone(rules) as never });
  const [, sale] = await findRunningAndUpcoming(bed.deps.database, bed.clock.now(), 10);
  assert.equal(sale?.id, id);
  assert.deepEqual(sale?.rules, rules);
  await bed.deps.database.query(`update activity.flash_sale set rules = '[{"moonPhase":{}}]'`);
  await assert.rejects(findRunningAndUpcoming(bed.deps.database, bed.clock.now(), 10), /unknown kind/);
});
