import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import type { ManagedFlashSale } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_admin';
import { createOrderSubgraph } from '../order-subgraph.ts';
import { sampleManagedSale } from '../testing/fake-services.ts';

const admin: Identity = { kind: 'user', userId: '9', roles: ['ADMIN'] };

const end = (flashSale: ManagedFlashSale, selection: string) =>
  createSubgraphHarness(createOrderSubgraph, {
    flashSaleAdmin: { endFlashSale: async () => ({ flashSale }) },
  }).execute(
    `mutation { endFlashSale(input: { idempotencyKey: "1", flashSaleId: "5" }) {
      ... on EndFlashSaleSuccess { flashSale { ${selection} } }
    } }`,
    { identity: admin },
  );

test('each kind of rule has its type', async () => {
  const { data, errors } = await end(sampleManagedSale('5'), 'rules { __typename }');
  assert.equal(errors, undefined);
  const rules = ['AccountAgeRule', 'AreaRule', 'PastOrdersRule'].map((__typename) => ({ __typename }));
  assert.deepEqual(data, { endFlashSale: { flashSale: { rules } } });
});

for (const [what, values, selection] of [
  ['its flash sale', { flashSale: undefined }, 'flashSale { id }'],
  ['the kind of a rule', { rules: [{ rule: undefined }] }, 'rules { __typename }'],
] as const) {
  test(`a managed flash sale without ${what} is a defect of its service`, async () => {
    const sale = { ...sampleManagedSale('5'), ...values } as ManagedFlashSale;
    const { data, errors } = await end(sale, selection);
    assert.deepEqual(data, { endFlashSale: null });
    assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
  });
}
