import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { type Campaign, CampaignTrigger } from '@tiffin/proto/gen/tiffin/activity/v1/campaign_admin';
import { fakeServices, sampleCampaign } from '../testing/fake-services.ts';
import { createUserSubgraph } from '../user-subgraph.ts';

const admin: Identity = { kind: 'user', userId: '9', roles: ['ADMIN'] };
const selection = '{ edges { node { id } cursor } pageInfo { hasNextPage endCursor } }';

const withCampaign = (campaign: Campaign) =>
  createSubgraphHarness(createUserSubgraph, {
    campaignAdmin: {
      listCampaigns: async () => ({ edges: [{ campaign, cursor: '1' }], hasNextPage: false }),
    },
  });

test('a campaign with all that administrators set and see', async () => {
  const { execute } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const money = '{ amountCents currency }';
  const { data, errors } = await execute(
    `{ campaigns(first: 1) { edges { node {
      id name trigger discount ${money} minimumTotal ${money}
      startsAt endsAt couponDays maxCoupons grantedCoupons version
    } } } }`,
    { identity: admin },
  );
  assert.equal(errors, undefined);
  const node = {
    id: '1',
    name: 'Winter soup',
    trigger: 'ORDER_PAID',
    discount: { amountCents: 300, currency: 'EUR' },
    minimumTotal: { amountCents: 1500, currency: 'EUR' },
    startsAt: '2030-01-01T00:00:00.000Z',
    endsAt: '2030-03-01T00:00:00.000Z',
    couponDays: 7,
    maxCoupons: 1000,
    grantedCoupons: 12,
    version: 3,
  };
  assert.deepEqual(data, { campaigns: { edges: [{ node }] } });
});

test('twenty unless asked otherwise, and a page after a cursor', async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const { data, errors } = await execute(
    `{ all: campaigns ${selection} page: campaigns(first: 1, after: "1") ${selection} }`,
    { identity: admin },
  );
  assert.equal(errors, undefined);
  const edge = (id: string) => ({ node: { id }, cursor: id });
  assert.deepEqual(data, {
    all: { edges: [edge('1'), edge('2'), edge('3')], pageInfo: { hasNextPage: false, endCursor: '3' } },
    page: { edges: [edge('2')], pageInfo: { hasNextPage: true, endCursor: '2' } },
  });
  assert.deepEqual(
    calls.map(({ rpc, request }) => [rpc, request]),
    [
      ['campaignAdmin.listCampaigns', { first: 20 }],
      ['campaignAdmin.listCampaigns', { first: 1, after: '1' }],
    ],
  );
});

for (const trigger of ['ORDER_PAID', 'MANUAL'] as const) {
  test(`a campaign of the trigger ${trigger} says so`, async () => {
    const { execute } = withCampaign({ ...sampleCampaign('1'), trigger: CampaignTrigger[trigger] });
    const { data, errors } = await execute('{ campaigns { edges { node { trigger } } } }', {
      identity: admin,
    });
    assert.equal(errors, undefined);
    assert.deepEqual(data, { campaigns: { edges: [{ node: { trigger } }] } });
  });
}

for (const [field, values] of Object.entries({
  trigger: { trigger: CampaignTrigger.UNSPECIFIED },
  discount: { discount: undefined },
  minimumTotal: { minimumTotal: undefined },
  startsAt: { startsAt: undefined },
  endsAt: { endsAt: undefined },
})) {
  test(`a campaign without its ${field} is a defect of its service`, async () => {
    const { execute } = withCampaign({ ...sampleCampaign('1'), ...values });
    const fields = field === 'discount' || field === 'minimumTotal' ? '{ currency }' : '';
    const { data, errors } = await execute(`{ campaigns { edges { node { ${field} ${fields} } } } }`, {
      identity: admin,
    });
    assert.deepEqual(data, { campaigns: null });
    assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
  });
}

test('a page of more than a hundred is refused without a call', async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const { data, errors } = await execute(`{ campaigns(first: 101) ${selection} }`, { identity: admin });
  assert.deepEqual(data, { campaigns: null });
  assert.equal(errors?.[0]?.extensions?.['code'], 'INVALID_ARGUMENT');
  assert.deepEqual(calls, []);
});

test('nobody but administrators sees them, and none is read for others', async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const identity: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER', 'MERCHANT'] };
  const { data, errors } = await execute(`{ campaigns ${selection} }`, { identity });
  assert.deepEqual(data, { campaigns: null });
  assert.equal(errors?.[0]?.extensions?.['code'], 'FORBIDDEN');
  assert.deepEqual(calls, []);
});
