import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { callBy } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import {
  type AccountTestBed,
  callByService,
  callByUser,
  centsOf,
  createAccountTestBed,
  eur,
  registered,
  registeredWith,
} from './account-test-bed.ts';
import { auditWallets } from './domain/audit-wallets.ts';

suite('funds of orders', () => {
  let bed: AccountTestBed;
  before(async () => {
    bed = await createAccountTestBed();
  });
  after(() => bed.stop());

  let lastOrderId = 0;
  const newOrder = () => ({ orderId: String(++lastOrderId) });
  const usd = (amountCents: number) => ({ amountCents, currency: 'USD' });

  test('are held, and then spent or free again', async () => {
    const { user } = await registeredWith(bed, 1_000);
    const [paid, cancelled] = [newOrder(), newOrder()];
    await bed.funds.holdFunds({ ...paid, userId: user.id, amount: eur(300) }, callByService);
    await bed.funds.holdFunds({ ...cancelled, userId: user.id, amount: eur(700) }, callByService);
    assert.deepEqual(await centsOf(bed, user.id), { available: 0, held: 1_000 });
    await bed.funds.captureFunds(paid, callByService);
    assert.deepEqual(await centsOf(bed, user.id), { available: 0, held: 700 });
    await bed.funds.releaseFunds(cancelled, callByService);
    assert.deepEqual(await centsOf(bed, user.id), { available: 700, held: 0 });
    assert.deepEqual(await allFindings(auditWallets(bed.deps)), []);
  });

  test('that a wallet does not have are refused with what it has, in the currency that is asked for', async () => {
    const { user } = await registeredWith(bed, 500);
    const order = newOrder();
    const hold = (userId: string, amount: { amountCents: number; currency: string }) =>
      bed.funds.holdFunds({ ...order, userId, amount }, callByService);
    await assert.rejects(hold(user.id, eur(501)), failsWith('INSUFFICIENT_FUNDS', { balance: eur(500) }));
    await assert.rejects(hold(user.id, usd(1)), failsWith('INSUFFICIENT_FUNDS', { balance: usd(0) }));
    const stranger = (await registered(bed)).user.id;
    await assert.rejects(hold(stranger, eur(1)), failsWith('INSUFFICIENT_FUNDS', { balance: eur(0) }));
    await assert.rejects(hold('4', eur(1)), failsWith('INSUFFICIENT_FUNDS', { balance: eur(0) }));
    assert.deepEqual(await centsOf(bed, user.id), { available: 500, held: 0 });
    // A refusal leaves no trace: the same order may come again with less.
    await hold(user.id, eur(500));
    assert.deepEqual(await centsOf(bed, user.id), { available: 0, held: 500 });
  });

  test('of an order are those of its first hold, whatever a repetition asks for', async () => {
    const { user } = await registeredWith(bed, 500);
    const order = newOrder();
    await bed.funds.holdFunds({ ...order, userId: user.id, amount: eur(200) }, callByService);
    await bed.funds.holdFunds({ ...order, userId: user.id, amount: eur(300) }, callByService);
    await bed.funds.holdFunds({ ...order, userId: '4', amount: usd(1) }, callByService);
    assert.deepEqual(await centsOf(bed, user.id), { available: 300, held: 200 });
  });

  test('are told how far they are, in the order of the ids', async () => {
    const { user } = await registeredWith(bed, 500);
    const [tried, confirmed, cancelled] = [newOrder(), newOrder(), newOrder()];
    for (const order of [tried, confirmed, cancelled])
      await bed.funds.holdFunds({ ...order, userId: user.id, amount: eur(100) }, callByService);
    await bed.funds.captureFunds(confirmed, callByService);
    await bed.funds.releaseFunds(cancelled, callByService);
    const orders = [cancelled, confirmed, tried, cancelled].map(({ orderId }) => orderId);
    const orderIds = [...orders, '999999', 'x', ''];
    assert.deepEqual(await bed.funds.batchGetHolds({ orderIds }, callByService), {
      states: [
        'BRANCH_STATE_CANCELLED',
        'BRANCH_STATE_CONFIRMED',
        'BRANCH_STATE_TRIED',
        'BRANCH_STATE_CANCELLED',
        'BRANCH_STATE_UNSPECIFIED',
        'BRANCH_STATE_UNSPECIFIED',
        'BRANCH_STATE_UNSPECIFIED',
      ],
    });
  });

  test('are moved by our own processes only', async () => {
    const { user, call } = await registeredWith(bed, 500);
    const order = newOrder();
    for (const [caller, code] of [
      [callBy(), 'UNAUTHENTICATED'],
      [call, 'FORBIDDEN'],
      [callByUser(user.id, 'ADMIN'), 'FORBIDDEN'],
    ] as const) {
      const hold = { ...order, userId: user.id, amount: eur(1) };
      await assert.rejects(bed.funds.holdFunds(hold, caller), failsWith(code));
      await assert.rejects(bed.funds.captureFunds(order, caller), failsWith(code));
      await assert.rejects(bed.funds.releaseFunds(order, caller), failsWith(code));
      await assert.rejects(bed.funds.batchGetHolds({ orderIds: [] }, caller), failsWith(code));
    }
    assert.deepEqual(await centsOf(bed, user.id), { available: 500, held: 0 });
    // Not even a barrier was written.
    await bed.funds.holdFunds({ ...order, userId: user.id, amount: eur(1) }, callByService);
  });

  test('refuse broken ids, amounts and batches', async () => {
    const right = { ...newOrder(), userId: '1', amount: eur(1) };
    const send = (change: object) => bed.funds.holdFunds({ ...right, ...change }, callByService);
    await assert.rejects(send({ orderId: '0' }), violates('orderId'));
    await assert.rejects(send({ userId: 'x' }), violates('userId'));
    await assert.rejects(send({ amount: undefined }), violates('amount'));
    await assert.rejects(send({ amount: eur(0) }), violates('amount.amountCents'));
    await assert.rejects(bed.funds.captureFunds({ orderId: '' }, callByService), violates('orderId'));
    await assert.rejects(bed.funds.releaseFunds({ orderId: '-1' }, callByService), violates('orderId'));
    const orderIds = Array.from({ length: 101 }, () => '1');
    await assert.rejects(bed.funds.batchGetHolds({ orderIds }, callByService), violates('orderIds'));
  });
});
