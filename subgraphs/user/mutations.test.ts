import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { type MutationCase, testMutationCases } from '@tiffin/lib/testing/mutation-cases';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { Role } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { CampaignTrigger } from '@tiffin/proto/gen/tiffin/activity/v1/campaign_admin';
import { BehaviorKind } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import type { UserClients } from './clients.ts';
import { type MutationName, mutationCodes } from './mutation-codes.gen.ts';
import {
  fakeServices,
  sampleAddress,
  sampleCampaign,
  sampleCoupon,
  sampleSession,
  sampleUser,
  sampleWallet,
} from './testing/fake-services.ts';
import { createUserSubgraph } from './user-subgraph.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const admin: Identity = { kind: 'user', userId: '9', roles: ['ADMIN'] };
const idempotencyKey = 'attempt-1';
const lines = { label: 'Home', street: 'Main Street 1', city: 'Berlin', postalCode: '10115', area: 'Mitte' };
const roleInput = { idempotencyKey, userId: '8', role: 'MERCHANT' };
const roleRequest = { idempotencyKey, userId: '8', role: Role.MERCHANT };

const topUpInput = {
  idempotencyKey,
  amount: { amountCents: Number.MAX_SAFE_INTEGER, currency: 'EUR' },
  paymentToken: 'sandbox-ok',
};
const fields = {
  name: 'Winter soup',
  trigger: 'ORDER_PAID',
  discount: { amountCents: 300, currency: 'EUR' },
  minimumTotal: { amountCents: 1500, currency: 'EUR' },
  startsAt: '2030-01-01T00:00:00.000Z',
  endsAt: '2030-03-01T00:00:00.000Z',
  couponDays: 7,
  maxCoupons: 1000,
};
const updateCampaignInput = { idempotencyKey, campaignId: '31', version: 2, fields };
const grantCouponInput = { idempotencyKey, campaignId: '31', userId: '8' };

const sessionSelection = 'session { user { id } accessToken accessTokenExpiresAt refreshToken }';
const sessionSuccess = {
  session: {
    user: { id: '7' },
    accessToken: 'an access token',
    accessTokenExpiresAt: '2030-01-31T18:15:00.000Z',
    refreshToken: 'a refresh token',
  },
};
const session = sampleSession('7');

const cases: { readonly [Name in MutationName]: MutationCase<UserClients> } = {
  register: {
    input: { email: 'ann@example.org', password: 'correct horse', displayName: 'Ann' },
    fakes: { account: { register: async () => ({ session }) } },
    request: { email: 'ann@example.org', password: 'correct horse', displayName: 'Ann' },
    selection: sessionSelection,
    success: sessionSuccess,
  },
  login: {
    input: { email: 'ann@example.org', password: 'correct horse' },
    fakes: { account: { login: async () => ({ session }) } },
    request: { email: 'ann@example.org', password: 'correct horse' },
    selection: sessionSelection,
    success: sessionSuccess,
  },
  refreshSession: {
    input: { refreshToken: 'old' },
    fakes: { account: { refreshSession: async () => ({ session }) } },
    request: { refreshToken: 'old' },
    selection: sessionSelection,
    success: sessionSuccess,
  },
  logout: {
    input: { refreshToken: 'old' },
    fakes: { account: { logout: async () => ({}) } },
    request: { refreshToken: 'old' },
    selection: 'loggedOut',
    success: { loggedOut: true },
  },
  updateProfile: {
    input: { idempotencyKey, displayName: 'Bea', phone: '+4930123456' },
    identity: customer,
    fakes: { account: { updateProfile: async () => ({ user: sampleUser('7') }) } },
    request: { idempotencyKey, displayName: 'Bea', phone: '+4930123456' },
    selection: 'user { id email }',
    success: { user: { id: '7', email: 'user-7@example.org' } },
  },
  addAddress: {
    input: { idempotencyKey, lines },
    identity: customer,
    fakes: { account: { addAddress: async () => ({ address: sampleAddress('3') }) } },
    request: { idempotencyKey, lines },
    selection: 'address { id label street city postalCode area }',
    success: { address: { id: '3', ...lines } },
  },
  updateAddress: {
    input: { idempotencyKey, addressId: '3', lines },
    identity: customer,
    fakes: { account: { updateAddress: async () => ({ address: sampleAddress('3') }) } },
    request: { idempotencyKey, addressId: '3', lines },
    selection: 'address { id area }',
    success: { address: { id: '3', area: 'Mitte' } },
  },
  removeAddress: {
    input: { idempotencyKey, addressId: '3' },
    identity: customer,
    fakes: { account: { removeAddress: async () => ({ addressId: '3' }) } },
    request: { idempotencyKey, addressId: '3' },
    selection: 'addressId',
    success: { addressId: '3' },
  },
  grantRole: {
    input: roleInput,
    identity: admin,
    fakes: { accountAdmin: { grantRole: async () => ({ user: sampleUser('8') }) } },
    request: roleRequest,
    selection: 'user { id roles }',
    success: { user: { id: '8', roles: ['CUSTOMER'] } },
  },
  revokeRole: {
    input: roleInput,
    identity: admin,
    fakes: { accountAdmin: { revokeRole: async () => ({ user: sampleUser('8') }) } },
    request: roleRequest,
    selection: 'user { id roles }',
    success: { user: { id: '8', roles: ['CUSTOMER'] } },
  },
  topUpWallet: {
    input: topUpInput,
    identity: customer,
    fakes: { wallet: { topUpWallet: async () => ({ wallet: sampleWallet('7') }) } },
    request: topUpInput,
    selection: 'wallet { balances { available { amountCents currency } } }',
    success: { wallet: { balances: [{ available: { amountCents: 2 ** 40, currency: 'EUR' } }] } },
  },
  createCampaign: {
    input: { idempotencyKey, fields },
    identity: admin,
    fakes: { campaignAdmin: { createCampaign: async () => ({ campaign: sampleCampaign('31') }) } },
    request: { idempotencyKey, fields: { ...fields, trigger: CampaignTrigger.ORDER_PAID } },
    selection: 'campaign { id trigger version }',
    success: { campaign: { id: '31', trigger: 'ORDER_PAID', version: 3 } },
  },
  updateCampaign: {
    input: { ...updateCampaignInput, fields: { ...fields, trigger: 'MANUAL' } },
    identity: admin,
    fakes: { campaignAdmin: { updateCampaign: async () => ({ campaign: sampleCampaign('31') }) } },
    request: { ...updateCampaignInput, fields: { ...fields, trigger: CampaignTrigger.MANUAL } },
    selection: 'campaign { id version }',
    success: { campaign: { id: '31', version: 3 } },
  },
  endCampaign: {
    input: { idempotencyKey, campaignId: '31' },
    identity: admin,
    fakes: { campaignAdmin: { endCampaign: async () => ({ campaign: sampleCampaign('31') }) } },
    request: { idempotencyKey, campaignId: '31' },
    selection: 'campaign { id endsAt }',
    success: { campaign: { id: '31', endsAt: '2030-03-01T00:00:00.000Z' } },
  },
  grantCoupon: {
    input: grantCouponInput,
    identity: admin,
    fakes: { campaignAdmin: { grantCoupon: async () => ({ coupon: sampleCoupon('11') }) } },
    request: grantCouponInput,
    selection: 'coupon { id name status }',
    success: { coupon: { id: '11', name: 'Winter soup', status: 'AVAILABLE' } },
  },
  track: {
    input: {
      events: [
        { kind: 'SHOP_VIEWED', targetId: '5' },
        { kind: 'GOODS_VIEWED', targetId: '6' },
      ],
    },
    fakes: { tracking: fakeServices.tracking },
    request: {
      events: [
        { kind: BehaviorKind.SHOP_VIEWED, targetId: '5' },
        { kind: BehaviorKind.GOODS_VIEWED, targetId: '6' },
      ],
    },
    selection: 'accepted',
    success: { accepted: 2 },
  },
};

testMutationCases(createUserSubgraph, mutationCodes, cases);

for (const [absent, values] of Object.entries({ 'left out': {}, null: { displayName: null, phone: null } })) {
  test(`what is ${absent} in a profile stays as it is`, async () => {
    const { execute, calls } = createSubgraphHarness(createUserSubgraph, {
      account: { updateProfile: async () => ({ user: sampleUser('7') }) },
    });
    const { errors } = await execute(
      'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { __typename } }',
      { variables: { input: { idempotencyKey, ...values } }, identity: customer },
    );
    assert.equal(errors, undefined);
    assert.deepEqual(JSON.parse(JSON.stringify(calls[0]?.request)), { idempotencyKey });
  });
}

test('only administrators hand out roles', async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, {});
  const { data } = await execute(
    'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { __typename } }',
    {
      variables: { input: { ...roleInput, userId: '7', role: 'ADMIN' } },
      identity: { ...customer, roles: ['CUSTOMER', 'MERCHANT'] },
    },
  );
  assert.deepEqual(data, { grantRole: { __typename: 'Forbidden' } });
  assert.deepEqual(calls, []);
});

for (const [mutation, input] of Object.entries({
  createCampaign: { idempotencyKey, fields },
  updateCampaign: updateCampaignInput,
  endCampaign: { idempotencyKey, campaignId: '31' },
  grantCoupon: { ...grantCouponInput, userId: '7' },
})) {
  test(`only administrators ${mutation}`, async () => {
    const { execute, calls } = createSubgraphHarness(createUserSubgraph, {});
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const { data } = await execute(
      `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`,
      { variables: { input }, identity: { ...customer, roles: ['CUSTOMER', 'MERCHANT'] } },
    );
    assert.deepEqual(data, { [mutation]: { __typename: 'Forbidden' } });
    assert.deepEqual(calls, []);
  });
}

test('the entries of a wallet that was topped up are those of its user', async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, {
    wallet: { ...fakeServices.wallet, topUpWallet: async () => ({ wallet: sampleWallet('7') }) },
  });
  const { data, errors } = await execute(
    `mutation ($input: TopUpWalletInput!) { topUpWallet(input: $input) {
      ... on TopUpWalletSuccess { wallet { entries(first: 1) { edges { node { id } } } } }
    } }`,
    { variables: { input: topUpInput }, identity: customer },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, { topUpWallet: { wallet: { entries: { edges: [{ node: { id: '7-1' } }] } } } });
  assert.deepEqual(
    calls.map(({ rpc }) => rpc),
    ['wallet.topUpWallet', 'wallet.batchListWalletEntries'],
  );
});

test('two mutations of one operation read their user afresh', async () => {
  let displayName = 'Ann';
  const { execute } = createSubgraphHarness(createUserSubgraph, {
    account: {
      updateProfile: async (request) => {
        displayName = request.displayName ?? displayName;
        return { user: { ...sampleUser('7'), displayName } };
      },
      batchListAddresses: async () => ({
        pages: [
          {
            edges: [
              { address: { ...sampleAddress('1'), lines: { ...lines, label: displayName } }, cursor: '1' },
            ],
            hasNextPage: false,
          },
        ],
      }),
    },
  });
  const selection = '{ ... on UpdateProfileSuccess { user { addresses { edges { node { label } } } } } }';
  const { data, errors } = await execute(
    `mutation {
      first: updateProfile(input: { idempotencyKey: "a", displayName: "Bea" }) ${selection}
      second: updateProfile(input: { idempotencyKey: "b", displayName: "Cleo" }) ${selection}
    }`,
    { identity: customer },
  );
  assert.equal(errors, undefined);
  const labelled = (label: string) => ({ user: { addresses: { edges: [{ node: { label } }] } } });
  assert.deepEqual(data, { first: labelled('Bea'), second: labelled('Cleo') });
});
