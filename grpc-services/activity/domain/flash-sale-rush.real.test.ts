import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { createRealPostgres, type RealPostgres } from '@tiffin/lib/testing/real-postgres';
import { type ActivityTestBed, administrator, createActivityTestBed } from '../activity-test-bed.ts';
import { insertDemoFlashSales } from '../data/demo-flash-sales.ts';
import { findStandings, secretOf } from '../data/flash-sale-store.ts';
import { insertTicket } from '../data/flash-ticket-store.ts';
import { auditFlashSales } from './audit-flash-sales.ts';

/** Two processes of the service: each has its own connections to one server, on which transactions overlap. */
let postgres: RealPostgres;
let beds: [ActivityTestBed, ActivityTestBed];
before(async () => {
  postgres = await createRealPostgres();
  // Waiting for a row's lock counts as the statement's time, and waiting for a connection as the connection's.
  const patience = { poolSize: 20, statementTimeoutMs: 10_000, connectTimeoutMs: 30_000 };
  const engine = { ...patience, url: postgres.url };
  beds = await Promise.all([createActivityTestBed(engine), createActivityTestBed(engine, 1_000_000n)]);
});
after(async () => {
  await Promise.all(beds.map((bed) => bed.stop()));
  await postgres.drop();
});
beforeEach(() =>
  query(
    'truncate activity.flash_sale, activity.flash_sale_ticket, activity.flash_sale_stock_entry, activity.tcc_branch',
  ),
);

const own = callBy(ownProcess);
const query = (sql: string) => beds[0].deps.database.query(sql);
const numbersTo = (last: number) => Array.from({ length: last }, (_, index) => String(index + 1));

/** What each call threw, taking turns between the two processes. */
async function race<Item>(
  items: readonly Item[],
  call: (bed: ActivityTestBed, item: Item) => Promise<unknown>,
): Promise<unknown[]> {
  const calls = items.map((item, index) => call(beds[index % 2 === 0 ? 0 : 1], item));
  const outcomes = await Promise.allSettled(calls);
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
}

/** Tickets of the users 1 to `count`. */
const addTickets = (flashSaleId: string, count: number) =>
  Promise.all(numbersTo(count).map((userId) => beds[0].addTicket(flashSaleId, userId)));

async function unitsOf(flashSaleId: string) {
  const { left, reserved, sold } = await beds[0].getFlashSale(flashSaleId);
  return { left, reserved, sold };
}

async function findings() {
  return allFindings(auditFlashSales(beds[0].deps));
}

test('200 claims for 100 units: 100 hold one, the others are told that nothing is left', async () => {
  const flashSaleId = await beds[0].addFlashSale({}, 100);
  const tickets = await addTickets(flashSaleId, 200);
  const claims = tickets.map((ticketId, index) => ({ ticketId, orderId: String(index + 1) }));
  const failures = await race(claims, (bed, claim) => bed.units.claimUnit(claim, own));
  assert.equal(failures.length, 100);
  for (const failure of failures) failsWith('SOLD_OUT', { flashSaleId })(failure);
  assert.deepEqual(await unitsOf(flashSaleId), { left: 0, reserved: 100, sold: 0 });
  assert.deepEqual(await findings(), []);
});

test('the control: without the condition of the decrement the database has to refuse, and without that it oversells', async () => {
  const flashSaleId = await beds[0].addFlashSale({}, 2);
  const [, , late = ''] = await addTickets(flashSaleId, 3);
  const decrement = `update activity.flash_sale set left_units = left_units - 1, reserved = reserved + 1`;
  await assert.rejects(
    race(numbersTo(3), () => query(decrement)).then(([failure]) => Promise.reject(failure)),
    /flash_sale_left_units_check/,
  );
  assert.deepEqual(await unitsOf(flashSaleId), { left: 0, reserved: 2, sold: 0 });
  await query('alter table activity.flash_sale drop constraint flash_sale_left_units_check');
  await query(decrement);
  assert.deepEqual(await unitsOf(flashSaleId), { left: -1, reserved: 3, sold: 0 });
  const problems = (await findings()).map(({ problem }) => problem);
  assert.ok(problems.includes('is below zero: left -1 + reserved 3 + sold 0'));
  assert.ok(problems.some((problem) => problem.includes('and the ledger tells')));
  // The real claim still keeps its condition, below zero too.
  await assert.rejects(
    beds[0].units.claimUnit({ ticketId: late, orderId: '9' }, own),
    failsWith('SOLD_OUT', { flashSaleId }),
  );
  await query('truncate activity.flash_sale, activity.flash_sale_ticket, activity.flash_sale_stock_entry');
  await query(
    'alter table activity.flash_sale add constraint flash_sale_left_units_check check (left_units >= 0)',
  );
});

test('a user who joins 50 times at once has one ticket, the same for all, and one unit', async () => {
  const flashSaleId = await beds[0].addFlashSale({}, 100);
  const { tickets, news } = await joinAtOnce(flashSaleId, 50);
  assert.equal(new Set(tickets).size, 1);
  assert.equal(news, 1);
  const failures = await race(tickets, (bed, ticketId) =>
    bed.units.claimUnit({ ticketId, orderId: nextOrderId() }, own),
  );
  assert.equal(failures.length, 49);
  for (const failure of failures) failsWith('ALREADY_JOINED', { ticketId: tickets[0] ?? '' })(failure);
  assert.deepEqual(await unitsOf(flashSaleId), { left: 99, reserved: 1, sold: 0 });
  assert.deepEqual(await findings(), []);
});

test('a ticket that is queued many times at once under one id is queued once, and no time fails', async () => {
  const flashSaleId = await beds[0].addFlashSale({}, 100);
  for (const id of ['71', '72', '73', '74', '75']) {
    const { tickets, news } = await joinAtOnce(flashSaleId, 20, id);
    assert.deepEqual(new Set(tickets), new Set([id]));
    assert.equal(news, 1);
  }
});

test('the control: where users and flash sales are not unique, somebody gets two', async () => {
  const flashSaleId = await beds[0].addFlashSale({}, 100);
  await query('alter table activity.flash_sale_ticket drop constraint flash_sale_ticket_by_user');
  await query('alter table activity.flash_sale_ticket add constraint flash_sale_ticket_by_user unique (id)');
  const { tickets } = await joinAtOnce(flashSaleId, 2);
  assert.equal(new Set(tickets).size, 2);
  const failures = await race(tickets, (bed, ticketId) =>
    bed.units.claimUnit({ ticketId, orderId: nextOrderId() }, own),
  );
  assert.deepEqual(failures, []);
  assert.deepEqual(await unitsOf(flashSaleId), { left: 98, reserved: 2, sold: 0 });
  await query('truncate activity.flash_sale, activity.flash_sale_ticket, activity.flash_sale_stock_entry');
  await query('alter table activity.flash_sale_ticket drop constraint flash_sale_ticket_by_user');
  await query(
    'alter table activity.flash_sale_ticket add constraint flash_sale_ticket_by_user unique (flash_sale_id, user_id)',
  );
});

let lastOrderId = 0;
const nextOrderId = () => String(++lastOrderId);

/** The tickets that one user is told, and how many of them were called new. With `sameId`, all bring that one. */
async function joinAtOnce(flashSaleId: string, times: number, sameId?: string) {
  const answers = await Promise.all(
    numbersTo(times).map(async (n) => {
      const { deps } = beds[Number(n) % 2 === 0 ? 0 : 1];
      const id = sameId ?? String(await deps.ids.nextId());
      const queuedAt = new Date(deps.clock.now());
      const given = { id, flashSaleId, userId: sameId ?? '5', addressId: '90', queuedAt };
      return (await deps.database.transaction((em) => insertTicket(em, given, 1))) ?? assert.fail();
    }),
  );
  return {
    tickets: answers.map(({ ticket }) => ticket.id),
    news: answers.filter(({ isNew }) => isNew).length,
  };
}

test('a try and a cancel of the same order at once leave the unit, whichever comes first', async () => {
  const flashSaleId = await beds[0].addFlashSale({}, 50);
  const tickets = await addTickets(flashSaleId, 50);
  for (const [index, ticketId] of tickets.entries()) {
    const orderId = String(index + 1);
    const failures = await race(['claim', 'return', 'claim'] as const, (bed, step) =>
      step === 'claim'
        ? bed.units.claimUnit({ orderId, ticketId }, own)
        : bed.units.returnUnit({ orderId }, own),
    );
    for (const failure of failures) failsWith('TRANSACTION_ENDED')(failure);
  }
  assert.deepEqual(await unitsOf(flashSaleId), { left: 50, reserved: 0, sold: 0 });
  assert.deepEqual(await findings(), []);
});

test('whatever comes at once, no deadlock, no false finding, and as many units as the ledger brought', async () => {
  const sales = [await beds[0].addFlashSale({}, 40), await beds[0].addFlashSale({}, 15)] as const;
  const tickets = (await Promise.all(sales.map((id) => addTickets(id, 60)))).flat();
  const random = new DemoRandom(11);
  const steps = Array.from({ length: 900 }, () => {
    const index = random.between(0, tickets.length - 1);
    // Up to three orders of one ticket, as redeliveries bring them.
    const orderId = String(1 + index * 3 + random.between(0, 2));
    return {
      orderId,
      ticketId: tickets[index] ?? '',
      kind: random.between(0, 9),
      flashSaleId: random.pick(sales),
    };
  });
  let isOver = false;
  const traffic = race(steps, (bed, { orderId, ticketId, kind, flashSaleId }) => {
    if (kind === 0) return bed.units.sellUnit({ orderId }, own);
    if (kind <= 2) return bed.units.returnUnit({ orderId }, own);
    if (kind === 3) {
      return bed.units.endTicket({ ticketId, status: 'FLASH_SALE_TICKET_STATUS_SOLD_OUT' }, own);
    }
    if (kind === 4) {
      const adjustment = { ...freshKey, flashSaleId, delta: random.pick([-1, 1]), reason: 'Count' };
      return bed.saleAdmin.adjustFlashSaleStock(adjustment, callBy(administrator));
    }
    return bed.units.claimUnit({ orderId, ticketId }, own);
  }).finally(() => {
    isOver = true;
  });
  let audits = 0;
  for (; !isOver; audits++) assert.deepEqual(await findings(), []);
  assert.ok(audits >= 2, `Only ${audits} audits ran beside the traffic.`);
  for (const failure of await traffic) {
    const isRefusal = (['SOLD_OUT', 'ALREADY_JOINED', 'TRANSACTION_ENDED'] as const).some((code) =>
      AppError.is(failure, code),
    );
    assert.ok(isRefusal, String(failure));
  }
  assert.deepEqual(await findings(), []);
});

test('a claim moves what is left and who waits at once: what is promised is the same at every moment', async () => {
  const flashSaleId = await beds[0].addFlashSale({}, 60);
  const tickets = await addTickets(flashSaleId, 60);
  let isOver = false;
  const claims = race(tickets, (bed, ticketId) =>
    bed.units.claimUnit({ ticketId, orderId: nextOrderId() }, own),
  ).finally(() => {
    isOver = true;
  });
  const seen = new Set<number>();
  while (!isOver) {
    const [standing = assert.fail()] = await findStandings(beds[1].deps.database, [flashSaleId]);
    assert.equal(standing.left - standing.queued, 0);
    seen.add(standing.left);
  }
  assert.deepEqual(await claims, []);
  assert.ok(seen.size > 1, 'It was looked at while claims went on.');
});

test('processes that ask for the secret of a flash sale at once are told the same', async () => {
  const flashSaleId = await beds[0].addFlashSale();
  const secrets = await Promise.all(
    numbersTo(20).map((n) =>
      secretOf(beds[Number(n) % 2 === 0 ? 0 : 1].deps.database, flashSaleId, bytes(Number(n))),
    ),
  );
  const texts = new Set(secrets.map((secret) => Buffer.from(secret ?? assert.fail()).toString('hex')));
  assert.equal(texts.size, 1);
  const later = await secretOf(beds[0].deps.database, flashSaleId, bytes(99));
  assert.ok(texts.has(Buffer.from(later ?? assert.fail()).toString('hex')));
});

const bytes = (value: number) => new Uint8Array(32).fill(value);

test('a start of two processes at once fills the tables once', async () => {
  const filled = await Promise.all(beds.map((bed) => insertDemoFlashSales(bed.deps.database)));
  assert.deepEqual(filled.toSorted(), [false, true]);
});
