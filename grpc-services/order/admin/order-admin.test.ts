import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { anonymous } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { TransactionResolution } from '@tiffin/proto/gen/tiffin/order/v1/order_admin';
import { administrator, customer } from '../neighbours-test-bed.ts';
import { createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';

let bed: OrderTestBed;
/** The first is paid, the others are cancelled; the stock service does not follow. */
let orderIds: string[];
let goodsId: string;
let decidedAt: Date;
before(async () => {
  bed = await createOrderTestBed();
  goodsId = await bed.addGoods(100);
});
after(() => bed.stop());
beforeEach(async () => {
  await bed.deps.database.query('truncate "order".tcc_resolution');
  orderIds = [];
  for (let n = 0; n < 3; n++) orderIds.push((await bed.place([goodsId])).id);
  bed.steps.fault = (step) => {
    if (step === 'deductStock' || step === 'releaseStock') {
      throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
    }
  };
  decidedAt = new Date(bed.clock.now());
  for (const [index, orderId] of orderIds.entries()) {
    const request = { ...freshKey, orderId };
    if (index > 0) await bed.api.cancelOrder(request, callBy(customer));
    else await bed.api.payOrder({ ...request, paymentToken: 'sandbox-ok' }, callBy(customer));
  }
  await bed.recover(20);
});

const list = async (first = 100, after?: string) => {
  const { edges, hasNextPage } = await bed.admin.listStuckTransactions(
    { first, after },
    callBy(administrator),
  );
  return { edges, hasNextPage, ids: edges.map(({ transaction }) => transaction?.id) };
};
const { RETRY, SETTLED_BY_HAND } = TransactionResolution;
const resolve = (transactionId: string, resolution: TransactionResolution, identity = administrator) =>
  bed.admin.resolveTransaction(
    { ...freshKey, transactionId, resolution, reason: 'Called them' },
    callBy(identity),
  );
const notes = () =>
  bed.deps.database.query<object>(
    'select transaction_id, resolution, actor_id, reason, open::text as open from "order".tcc_resolution order by id',
  );
async function comeBack(): Promise<void> {
  bed.steps.fault = () => {};
  await bed.transactionsEnd();
}

test('what does not end is listed page by page, and leaves the list when it has ended', async () => {
  const { edges, ids } = await list();
  assert.deepEqual(ids, orderIds);
  assert.deepEqual(edges[0]?.transaction, {
    id: orderIds[0],
    isConfirmed: true,
    participants: ['stock'],
    attempts: 5,
    lastError: 'stock: UNAVAILABLE',
    decidedAt,
  });
  assert.equal(edges[1]?.transaction?.isConfirmed, false);
  const first = await list(2);
  assert.deepEqual([first.ids, first.hasNextPage], [orderIds.slice(0, 2), true]);
  const second = await list(2, first.edges.at(-1)?.cursor);
  assert.deepEqual([second.ids, second.hasNextPage], [orderIds.slice(2), false]);
  await comeBack();
  assert.deepEqual((await list()).ids, []);
  await bed.assertBalanced([goodsId]);
});

test('a transaction that is to be told again is told at once', async () => {
  const [orderId = ''] = orderIds;
  bed.steps.fault = () => {};
  bed.steps.begun.length = 0;
  const { transaction } = await resolve(orderId, RETRY);
  assert.deepEqual([transaction?.id, transaction?.attempts], [orderId, 5]);
  await bed.recovery.round();
  assert.equal(bed.steps.begun.filter((step) => step === 'deductStock').length, 1);
  assert.ok(!(await list()).ids.includes(orderId));
  await comeBack();
});

test('a transaction that was settled by hand is told to nobody again, and who settled it is written down', async () => {
  const [, orderId = ''] = orderIds;
  await resolve(orderId, SETTLED_BY_HAND);
  const note = { reason: 'Called them', actor_id: administrator.userId, open: '["stock"]' };
  assert.deepEqual(await notes(), [{ ...note, transaction_id: orderId, resolution: 'SETTLED_BY_HAND' }]);
  assert.deepEqual((await list()).ids, [orderIds[0], orderIds[2]]);
  await assert.rejects(
    resolve(orderId, RETRY),
    failsWith('TRANSACTION_NOT_FOUND', { transactionId: orderId }),
  );
  bed.steps.begun.length = 0;
  await comeBack();
  assert.equal(bed.steps.begun.filter((step) => step === 'releaseStock').length, 1);
  // The stock is where it was: somebody said that it was put right.
  await bed.deps.database.query(`update "order".tcc_transaction
    set state = 'CANCELLING', due_at = decided_at, ended_at = null where state = 'SETTLED'`);
  await comeBack();
});

test('a resolution that is sent again is written down once', async () => {
  const request = { ...freshKey, transactionId: orderIds[0] ?? '', resolution: RETRY, reason: 'Called them' };
  const answers = [1, 2].map(() => bed.admin.resolveTransaction(request, callBy(administrator)));
  const [answer, again] = await Promise.all(answers);
  assert.deepEqual(again, answer);
  assert.equal((await notes()).length, 1);
  await comeBack();
});

test('only administrators see and resolve them', async () => {
  const [orderId = ''] = orderIds;
  for (const [identity, code] of [
    [customer, 'FORBIDDEN'],
    [ownProcess, 'FORBIDDEN'],
    [anonymous, 'UNAUTHENTICATED'],
  ] as const) {
    const list = bed.admin.listStuckTransactions({ first: 1 }, callBy(identity));
    // Our own processes may look, and somebody has to answer for what is done.
    if (identity === ownProcess) await list;
    else await assert.rejects(list, failsWith(code));
    const request = { ...freshKey, transactionId: orderId, resolution: RETRY, reason: 'Mine' };
    await assert.rejects(bed.admin.resolveTransaction(request, callBy(identity)), failsWith(code));
  }
  assert.deepEqual(await notes(), []);
  await comeBack();
});

test('bad input is named field by field', async () => {
  for (const first of [0, 101]) await assert.rejects(list(first), violates('first'));
  await assert.rejects(list(1, 'x'), violates('after'));
  const { UNSPECIFIED } = TransactionResolution;
  const bad = { idempotencyKey: '', transactionId: 'x', resolution: UNSPECIFIED, reason: '' };
  await assert.rejects(
    bed.admin.resolveTransaction(bad, callBy(administrator)),
    violates('idempotencyKey', 'transactionId', 'resolution', 'reason'),
  );
  const long = { ...freshKey, transactionId: '1', resolution: RETRY, reason: 'x'.repeat(201) };
  await assert.rejects(bed.admin.resolveTransaction(long, callBy(administrator)), violates('reason'));
  await comeBack();
});
