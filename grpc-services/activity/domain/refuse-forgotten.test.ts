import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { type JoinTestBed, openJoinTestBed } from '../join-test-bed.ts';
import { FORGOTTEN_MS, ForgottenTickets } from './refuse-forgotten.ts';
import { ticketMoved } from './ticket-moved.ts';

let joins: JoinTestBed;
let told: string[] = [];
before(async () => {
  joins = await openJoinTestBed();
});
after(() => joins.stop());

const refuseForgotten = () =>
  new ForgottenTickets({
    ...joins.bed.deps,
    logger: silentLogger,
    metrics: joins.metrics,
    ticketMoved: (ticket) => ticketMoved(joins.deps, { publish: (topic) => void told.push(topic) }, ticket),
  }).refuse();
const metric = async (name: string) =>
  Number(new RegExp(`^tiffin_flash_sale_${name} (\\S+)$`, 'm').exec(await joins.metrics.text())?.[1]);
const own = callBy(ownProcess);
const statusOf = async (ticketId: string) => (await joins.bed.getTicket(ticketId)).status;
const left = async (saleId: string) => (await joins.deps.counters.count([saleId]))[0]?.left;

test('a ticket of which nobody heard ends after 20 min, and its unit is there for others', async () => {
  const { clock, units } = joins.bed;
  const saleId = await joins.addSale(2, { endsAt: new Date(clock.now() + 3_600_000) });
  const [forgotten = '', claimed = ''] = [
    (await joins.join(saleId, '11')).ticket?.id,
    (await joins.join(saleId, '12')).ticket?.id,
  ];
  await units.claimUnit({ orderId: '31', ticketId: claimed }, own);
  clock.jump(FORGOTTEN_MS - 1);
  await refuseForgotten();
  assert.equal(await statusOf(forgotten), 'QUEUED');
  clock.jump(1);
  for (let time = 0; time < 2; time++) await refuseForgotten();
  assert.deepEqual([await statusOf(forgotten), await statusOf(claimed)], ['REFUSED', 'ORDERED']);
  assert.deepEqual(told, [`flashSaleTicket:${forgotten}`]);
  for (let turn = 0; turn < 10; turn++) await clock.advance(0);
  assert.equal(await left(saleId), 1);
  assert.equal((await joins.join(saleId, '13')).ticket?.userId, '13');
  // Somebody sends the dead letter again.
  await assert.rejects(
    units.claimUnit({ orderId: '32', ticketId: forgotten }, own),
    failsWith('ALREADY_JOINED', { ticketId: forgotten }),
  );
  assert.equal((await joins.bed.getFlashSale(saleId)).left, 1);
});

test('it says how long the oldest waits, and counts and logs what it refuses', async (t) => {
  const warn = t.mock.method(silentLogger, 'warn');
  joins.bed.clock.jump(FORGOTTEN_MS);
  await refuseForgotten();
  const [refused, logged] = [await metric('forgotten_tickets_total'), warn.mock.callCount()];
  assert.equal(await metric('oldest_queued_seconds'), 0);
  const saleId = await joins.bed.addFlashSale({}, 20);
  const first = await joins.bed.addTicket(saleId, '21');
  joins.bed.clock.jump(90_000);
  await joins.bed.addTicket(saleId, '22');
  await refuseForgotten();
  assert.equal(await metric('oldest_queued_seconds'), 90);
  joins.bed.clock.jump(FORGOTTEN_MS - 90_000);
  await refuseForgotten();
  assert.equal(await metric('oldest_queued_seconds'), (FORGOTTEN_MS - 90_000) / 1_000, 'the other one');
  assert.equal(await metric('forgotten_tickets_total'), refused + 1);
  assert.equal(warn.mock.callCount(), logged + 1);
  assert.deepEqual(warn.mock.calls.at(-1)?.arguments[0], { tickets: 1, ids: [first] });
});

test('many end in bounded statements, and it comes to its end', async (t) => {
  // Those of the test before.
  joins.bed.clock.jump(FORGOTTEN_MS);
  await refuseForgotten();
  const saleId = await joins.bed.addFlashSale({}, 500);
  for (let user = 1; user <= 401; user++) await joins.bed.addTicket(saleId, String(user));
  joins.bed.clock.jump(FORGOTTEN_MS);
  told = [];
  const transaction = t.mock.method(joins.bed.deps.database, 'transaction');
  await refuseForgotten();
  assert.deepEqual([told.length, transaction.mock.callCount()], [401, 3]);
});
