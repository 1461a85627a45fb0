import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { anonymous } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import {
  administrator,
  createDeliveryTestBed,
  customer,
  type DeliveryTestBed,
  otherCustomer,
} from '../delivery-test-bed.ts';

let bed: DeliveryTestBed;
let orderIds: string[];
before(async () => {
  bed = await createDeliveryTestBed();
  const deliveries = await Promise.all((await bed.pay(2)).map((id) => bed.getDelivery(id)));
  orderIds = deliveries.map(({ orderId }) => orderId);
});
after(() => bed.stop());
beforeEach(() => void bed.statements.splice(0));

test('users see the deliveries of their own orders, administrators and our own processes all, in the order of the ids', async () => {
  const [first = '', second = ''] = orderIds;
  const asked = [second, 'x', first, '999', second];
  const all = [second, '', first, '', second];
  for (const [identity, seen] of [
    [customer, all],
    [otherCustomer, ['', '', '', '', '']],
    [administrator, all],
    [ownProcess, all],
  ] as const) {
    const { deliveries } = await bed.api.batchGetOrderDeliveries({ orderIds: asked }, callBy(identity));
    assert.deepEqual(
      deliveries.map(({ delivery }) => delivery?.orderId ?? ''),
      seen,
    );
  }
  assert.equal(bed.statements.length, 4, 'one statement a call');
});

test('nobody sees nothing', async () => {
  const asking = bed.api.batchGetOrderDeliveries({ orderIds }, callBy(anonymous));
  await assert.rejects(asking, failsWith('UNAUTHENTICATED'));
});

test('an empty batch has an empty answer, and one of more than 100 is refused', async () => {
  const ask = (count: number) =>
    bed.api.batchGetOrderDeliveries({ orderIds: Array(count).fill('1') }, callBy(customer));
  assert.deepEqual(await ask(0), { deliveries: [] });
  assert.equal((await ask(100)).deliveries.length, 100);
  await assert.rejects(ask(101), violates('orderIds'));
});
