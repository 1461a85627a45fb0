import assert from 'node:assert/strict';
import { it } from 'node:test';
import { playgroundOperations } from '@tiffin/schema/playground-operations';
import { countRpcs } from './rpc-counts.ts';
import { startPlatform } from './start-platform.ts';

/** What the README's query over all subgraphs costs. Users twice: the customer comes first, the authors last. */
const rpcsOfMyOrders = {
  BatchGetUsers: 2,
  BatchListUserOrders: 1,
  BatchGetGoods: 1,
  BatchGetShops: 1,
  BatchListShopReviews: 1,
};

it("the README's query costs six rpcs", async () => {
  await using platform = await startPlatform();
  const token = await platform.logIn('customer');
  const myOrders = playgroundOperations().find(({ name }) => name === 'my-orders');
  assert.ok(myOrders);
  const { answer, rpcs } = await countRpcs(platform, () => platform.query(myOrders.text, { token }));
  assert.equal(answer.errors, undefined);
  assert.equal(answer.data.me.orders.edges.length, 10);
  assert.deepEqual(rpcs, rpcsOfMyOrders);
});
