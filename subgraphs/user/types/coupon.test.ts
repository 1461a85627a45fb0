import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { type Coupon, CouponStatus } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import { fakeServices, sampleCoupon } from '../testing/fake-services.ts';
import { createUserSubgraph } from '../user-subgraph.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const admin: Identity = { kind: 'user', userId: '9', roles: ['ADMIN'] };
const entities = 'query ($representations: [_Any!]!) { _entities(representations: $representations)';
const references = (...ids: string[]) => ids.map((id) => ({ __typename: 'User', id }));
const couponPage = '{ edges { node { id } cursor } pageInfo { hasNextPage endCursor } }';

const withCoupon = (coupon: Coupon) =>
  createSubgraphHarness(createUserSubgraph, {
    ...fakeServices,
    coupon: {
      batchListUserCoupons: async () => ({
        pages: [{ edges: [{ coupon, cursor: '1' }], hasNextPage: false }],
      }),
    },
  });

test('a coupon with all that its user needs of it', async () => {
  const { execute } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const money = '{ amountCents currency }';
  const { data, errors } = await execute(
    `{ me { coupons(first: 1) { edges { node {
      id name status discount ${money} minimumTotal ${money} grantedAt expiresAt
    } } } } }`,
    { identity: customer },
  );
  assert.equal(errors, undefined);
  const node = {
    id: '7-1',
    name: 'Winter soup',
    status: 'AVAILABLE',
    discount: { amountCents: 300, currency: 'EUR' },
    minimumTotal: { amountCents: 1500, currency: 'EUR' },
    grantedAt: '2030-01-31T18:00:00.000Z',
    expiresAt: '2030-02-07T18:00:00.000Z',
  };
  assert.deepEqual(data, { me: { coupons: { edges: [{ node }] } } });
});

for (const status of ['AVAILABLE', 'LOCKED', 'USED', 'EXPIRED'] as const) {
  test(`a coupon that is ${status} says so`, async () => {
    const { execute } = withCoupon({ ...sampleCoupon('1'), status: CouponStatus[status] });
    const { data, errors } = await execute('{ me { coupons { edges { node { status } } } } }', {
      identity: customer,
    });
    assert.equal(errors, undefined);
    assert.deepEqual(data, { me: { coupons: { edges: [{ node: { status } }] } } });
  });
}

test('coupons of two hundred and fifty users cost three BatchListUserCoupons, in pages', async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const ids = Array.from({ length: 250 }, (_, index) => `${index}`);
  const { data, errors } = await execute(
    `${entities} { ... on User { coupons(first: 1, after: "1") ${couponPage} } } }`,
    { variables: { representations: references(...ids) }, identity: admin },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(
    data?.['_entities'],
    ids.map((id) => ({
      coupons: {
        edges: [{ node: { id: `${id}-2` }, cursor: '2' }],
        pageInfo: { hasNextPage: true, endCursor: '2' },
      },
    })),
  );
  assert.deepEqual(
    calls
      .filter(({ rpc }) => rpc === 'coupon.batchListUserCoupons')
      .map(({ request }) => (request as { pages: unknown[] }).pages.length),
    [100, 100, 50],
  );
});

for (const [field, values] of Object.entries({
  status: { status: CouponStatus.UNSPECIFIED },
  discount: { discount: undefined },
  minimumTotal: { minimumTotal: undefined },
  grantedAt: { grantedAt: undefined },
  expiresAt: { expiresAt: undefined },
})) {
  test(`a coupon without its ${field} is a defect of its service, and nulls the list only`, async () => {
    const { execute } = withCoupon({ ...sampleCoupon('1'), ...values });
    const selection = field === 'discount' || field === 'minimumTotal' ? '{ currency }' : '';
    const { data, errors } = await execute(
      `{ me { id coupons { edges { node { ${field} ${selection} } } } } }`,
      { identity: customer },
    );
    assert.deepEqual(data, { me: { id: '7', coupons: null } });
    assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
  });
}

test('without the activity service only the coupons are null', async () => {
  const { execute } = createSubgraphHarness(createUserSubgraph, {
    ...fakeServices,
    coupon: {
      batchListUserCoupons: async () => {
        throw new AppError('UNAVAILABLE', { retryAfterMs: 400 });
      },
    },
  });
  const { data, errors } = await execute(`{ me { id coupons ${couponPage} } }`, { identity: customer });
  assert.deepEqual(data, { me: { id: '7', coupons: null } });
  assert.deepEqual(errors?.[0]?.extensions, { code: 'UNAVAILABLE', retryAfterMs: 400 });
});

test('a page of more than a hundred coupons is refused', async () => {
  const { execute } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const { data, errors } = await execute(`{ me { id coupons(first: 101) ${couponPage} } }`, {
    identity: customer,
  });
  assert.deepEqual(data, { me: { id: '7', coupons: null } });
  assert.equal(errors?.[0]?.extensions?.['code'], 'INVALID_ARGUMENT');
});
