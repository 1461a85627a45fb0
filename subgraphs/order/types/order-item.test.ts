import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { createOrderSubgraph } from '../order-subgraph.ts';
import { fakeServices, sampleOrder } from '../testing/fake-services.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const query = `{ order(id: "1") { id items(first: 1) { edges { node {
  quantity unitPrice { amountCents currency } goods { __typename id }
} } } } }`;

test('an item with its price beyond the range of Int, and its goods as a reference', async () => {
  const { execute } = createSubgraphHarness(createOrderSubgraph, fakeServices);
  const { data, errors } = await execute(query, { identity: customer });
  assert.equal(errors, undefined);
  const node = {
    quantity: 1,
    unitPrice: { amountCents: 2 ** 40, currency: 'EUR' },
    goods: { __typename: 'Goods', id: 'goods-1' },
  };
  assert.deepEqual(data, { order: { id: '1', items: { edges: [{ node }] } } });
});

test('an item without a price is a defect of its service, and nulls the list only', async () => {
  const items = [{ goodsId: 'goods-1', quantity: 1, unitPrice: undefined }];
  const { execute } = createSubgraphHarness(createOrderSubgraph, {
    order: { batchGetOrders: async () => ({ orders: [{ order: { ...sampleOrder('1'), items } }] }) },
  });
  const { data, errors } = await execute(query, { identity: customer });
  assert.deepEqual(data, { order: { id: '1', items: null } });
  assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
});
