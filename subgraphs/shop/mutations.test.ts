import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { type MutationCase, testMutationCases } from '@tiffin/lib/testing/mutation-cases';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { ShopStatus } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import type { ShopClients } from './clients.ts';
import { type MutationName, mutationCodes } from './mutation-codes.gen.ts';
import { createShopSubgraph } from './shop-subgraph.ts';
import { sampleGoods, sampleReview, sampleShop } from './testing/fake-services.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const merchant: Identity = { kind: 'user', userId: '8', roles: ['MERCHANT'] };
const idempotencyKey = 'attempt-1';

const openInput = { idempotencyKey, shopId: '1' };
const price = { amountCents: Number.MAX_SAFE_INTEGER, currency: 'EUR' };

const cases: { readonly [Name in MutationName]: MutationCase<ShopClients> } = {
  addReview: {
    input: { idempotencyKey, shopId: '1', stars: 4 },
    identity: customer,
    fakes: { shop: { addReview: async () => ({ review: sampleReview('9') }) } },
    request: { idempotencyKey, shopId: '1', stars: 4, text: '' },
    selection: 'review { id stars text createdAt author { id } }',
    success: {
      review: {
        id: '9',
        stars: 4,
        text: 'Good soup',
        createdAt: '2030-01-31T18:00:00.000Z',
        author: { id: 'author-9' },
      },
    },
  },
  createShop: {
    input: { idempotencyKey, name: 'Soup', categoryId: '2', area: 'Mitte' },
    identity: merchant,
    fakes: { shopAdmin: { createShop: async () => ({ shop: sampleShop('1') }) } },
    request: { idempotencyKey, name: 'Soup', description: '', categoryId: '2', area: 'Mitte' },
    selection: 'shop { id name version }',
    success: { shop: { id: '1', name: 'Shop 1', version: 3 } },
  },
  updateShop: {
    input: {
      idempotencyKey,
      shopId: '1',
      version: 2,
      name: 'Stew',
      description: '',
      categoryId: '3',
      area: 'Nord',
    },
    identity: merchant,
    fakes: { shopAdmin: { updateShop: async () => ({ shop: sampleShop('1') }) } },
    request: {
      idempotencyKey,
      shopId: '1',
      version: 2,
      name: 'Stew',
      description: '',
      categoryId: '3',
      area: 'Nord',
    },
    selection: 'shop { id version }',
    success: { shop: { id: '1', version: 3 } },
  },
  openShop: {
    input: openInput,
    identity: merchant,
    fakes: { shopAdmin: { openShop: async () => ({ shop: sampleShop('1') }) } },
    request: openInput,
    selection: 'shop { status }',
    success: { shop: { status: 'OPEN' } },
  },
  closeShop: {
    input: openInput,
    identity: merchant,
    fakes: {
      shopAdmin: { closeShop: async () => ({ shop: { ...sampleShop('1'), status: ShopStatus.CLOSED } }) },
    },
    request: openInput,
    selection: 'shop { status }',
    success: { shop: { status: 'CLOSED' } },
  },
  createGoods: {
    input: { idempotencyKey, shopId: '1', name: 'Soup', description: 'Hot', price, categoryIds: ['1', '2'] },
    identity: merchant,
    fakes: { goodsAdmin: { createGoods: async () => ({ goods: sampleGoods('5') }) } },
    request: {
      idempotencyKey,
      shopId: '1',
      name: 'Soup',
      description: 'Hot',
      price,
      categoryIds: ['1', '2'],
    },
    selection: 'goods { id price { amountCents currency } }',
    success: { goods: { id: '5', price: { amountCents: 2 ** 40, currency: 'EUR' } } },
  },
  updateGoods: {
    input: {
      idempotencyKey,
      goodsId: '5',
      version: 1,
      name: 'Stew',
      description: '',
      price,
      categoryIds: [],
    },
    identity: merchant,
    fakes: { goodsAdmin: { updateGoods: async () => ({ goods: sampleGoods('5') }) } },
    request: {
      idempotencyKey,
      goodsId: '5',
      version: 1,
      name: 'Stew',
      description: '',
      price,
      categoryIds: { ids: [] },
    },
    selection: 'goods { id version }',
    success: { goods: { id: '5', version: 2 } },
  },
  adjustStock: {
    input: { idempotencyKey, goodsId: '5', delta: -3, reason: 'broken' },
    identity: merchant,
    fakes: { goodsAdmin: { adjustStock: async () => ({ goods: sampleGoods('5') }) } },
    request: { idempotencyKey, goodsId: '5', delta: -3, reason: 'broken' },
    selection: 'goods { id available }',
    success: { goods: { id: '5', available: 5 } },
  },
};

testMutationCases(createShopSubgraph, mutationCodes, cases);

for (const absent of ['left out', 'null']) {
  test(`what is ${absent} in an update stays as it is`, async () => {
    const { execute, calls } = createSubgraphHarness(createShopSubgraph, {
      shopAdmin: { updateShop: async () => ({ shop: sampleShop('1') }) },
      goodsAdmin: { updateGoods: async () => ({ goods: sampleGoods('5') }) },
    });
    const nulls = (names: string[]) =>
      absent === 'null' ? Object.fromEntries(names.map((name) => [name, null])) : {};
    const shop = { idempotencyKey, shopId: '1', version: 2 };
    const goods = { idempotencyKey, goodsId: '5', version: 1 };
    const { errors } = await execute(
      `mutation ($shop: UpdateShopInput!, $goods: UpdateGoodsInput!) {
        updateShop(input: $shop) { __typename }
        updateGoods(input: $goods) { __typename }
      }`,
      {
        variables: {
          shop: { ...shop, ...nulls(['name', 'description', 'categoryId', 'area']) },
          goods: { ...goods, ...nulls(['name', 'description', 'price', 'categoryIds']) },
        },
        identity: merchant,
      },
    );
    assert.equal(errors, undefined);
    assert.deepEqual(
      calls.map(({ request }) => JSON.parse(JSON.stringify(request))),
      [shop, goods],
    );
  });
}

test('a service that leaves its answer out is a defect, not a success', async () => {
  const { execute } = createSubgraphHarness(createShopSubgraph, {
    shopAdmin: { openShop: async () => ({ shop: undefined }) },
  });
  const { data, errors } = await execute(
    'mutation ($input: OpenShopInput!) { openShop(input: $input) { __typename } }',
    { variables: { input: openInput }, identity: merchant },
  );
  assert.deepEqual(data, { openShop: null });
  assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
});

test('a mutation of a role that the user does not have is Forbidden, and its rpc is not called', async () => {
  const { execute, calls } = createSubgraphHarness(createShopSubgraph, {});
  const { data } = await execute(
    'mutation ($input: OpenShopInput!) { openShop(input: $input) { __typename } }',
    { variables: { input: openInput }, identity: customer },
  );
  assert.deepEqual(data, { openShop: { __typename: 'Forbidden' } });
  assert.deepEqual(calls, []);
});
