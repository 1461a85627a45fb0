import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anonymous, type Identity } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { administrator, customer, stranger } from '../neighbours-test-bed.ts';
import { createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';

let bed: OrderTestBed;
let orderId: string;
let otherId: string;
let placedMs: number;
before(async () => {
  bed = await createOrderTestBed();
  const goodsId = await bed.addGoods(10);
  placedMs = bed.clock.now();
  orderId = (await bed.place([goodsId])).id;
  otherId = (await bed.place([goodsId])).id;
  await bed.clock.advance(90_000);
  await bed.api.payOrder({ ...freshKey, orderId, paymentToken: 'sandbox-ok' }, callBy(customer));
});
after(() => bed.stop());

const timelines = async (orderIds: string[], identity: Identity = customer) => {
  const answer = await bed.api.batchGetOrderTimelines({ orderIds }, callBy(identity));
  return answer.timelines.map(({ steps }) => steps);
};

test('timelines stand in the order of the ids, oldest step first', async () => {
  const placed = { status: 'ORDER_STATUS_CREATED', at: new Date(placedMs) };
  const paid = { status: 'ORDER_STATUS_PAID', at: new Date(placedMs + 90_000) };
  bed.statements.length = 0;
  const found = await timelines([otherId, 'x', orderId, '999', orderId]);
  assert.deepEqual(found, [[placed], [], [placed, paid], [], [placed, paid]]);
  assert.equal(bed.statements.length, 1);
  bed.statements.length = 0;
  assert.deepEqual(await timelines([]), []);
  assert.deepEqual(await timelines(['x']), [[]]);
  assert.deepEqual(bed.statements, []);
});

test("somebody else's order has no timeline; administrators and services see any", async () => {
  assert.deepEqual(await timelines([orderId], stranger), [[]]);
  for (const identity of [administrator, ownProcess]) {
    assert.equal((await timelines([orderId], identity))[0]?.length, 2);
  }
  await assert.rejects(timelines([orderId], anonymous), failsWith('UNAUTHENTICATED'));
  await assert.rejects(timelines(Array.from({ length: 101 }, () => orderId)), violates('orderIds'));
});
