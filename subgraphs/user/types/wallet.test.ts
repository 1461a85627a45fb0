import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { type WalletEntry, WalletEntryKind } from '@tiffin/proto/gen/tiffin/account/v1/wallet';
import { fakeServices, sampleWallet, sampleWalletEntry } from '../testing/fake-services.ts';
import { createUserSubgraph } from '../user-subgraph.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const admin: Identity = { kind: 'user', userId: '9', roles: ['ADMIN'] };
const entities = 'query ($representations: [_Any!]!) { _entities(representations: $representations)';
const references = (...ids: string[]) => ids.map((id) => ({ __typename: 'User', id }));
const money = '{ amountCents currency }';
const entryPage = '{ edges { node { id } cursor } pageInfo { hasNextPage endCursor } }';
const entry = '{ edges { node { id kind amount { amountCents currency } orderId at } } }';

const withEntry = (walletEntry: WalletEntry) =>
  createSubgraphHarness(createUserSubgraph, {
    ...fakeServices,
    wallet: {
      ...fakeServices.wallet,
      batchListWalletEntries: async () => ({
        pages: [{ edges: [{ entry: walletEntry, cursor: '1' }], hasNextPage: false }],
      }),
    },
  });

test('what a wallet holds, beyond the range of Int, and what moved it', async () => {
  const { execute } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const { data, errors } = await execute(
    `{ me { wallet { balances { available ${money} held ${money} } entries(first: 1) ${entry} } } }`,
    { identity: customer },
  );
  assert.equal(errors, undefined);
  const eur = (amountCents: number) => ({ amountCents, currency: 'EUR' });
  const node = {
    id: '7-1',
    kind: 'CAPTURED',
    amount: eur(2 ** 40),
    orderId: '6',
    at: '2030-01-31T18:05:00.000Z',
  };
  assert.deepEqual(data, {
    me: {
      wallet: { balances: [{ available: eur(2 ** 40), held: eur(250) }], entries: { edges: [{ node }] } },
    },
  });
});

for (const kind of ['TOPPED_UP', 'HELD', 'CAPTURED', 'RELEASED'] as const) {
  test(`money that was ${kind} says so, with an order or without`, async () => {
    const { execute } = withEntry({
      ...sampleWalletEntry('1'),
      kind: WalletEntryKind[kind],
      orderId: undefined,
    });
    const { data, errors } = await execute(
      '{ me { wallet { entries { edges { node { kind orderId } } } } } }',
      { identity: customer },
    );
    assert.equal(errors, undefined);
    assert.deepEqual(data, { me: { wallet: { entries: { edges: [{ node: { kind, orderId: null } }] } } } });
  });
}

test('wallets and their entries of several users cost one rpc each, in pages', async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const { data, errors } = await execute(
    `${entities} { ... on User { wallet { entries(first: 1, after: "1") ${entryPage} } } } }`,
    { variables: { representations: references('7', '8') }, identity: admin },
  );
  assert.equal(errors, undefined);
  const user = (id: string) => ({
    wallet: {
      entries: {
        edges: [{ node: { id: `${id}-2` }, cursor: '2' }],
        pageInfo: { hasNextPage: true, endCursor: '2' },
      },
    },
  });
  assert.deepEqual(data, { _entities: [user('7'), user('8')] });
  assert.deepEqual(
    calls.slice(1).map(({ rpc, request }) => [rpc, request]),
    [
      ['wallet.batchGetWallets', { userIds: ['7', '8'] }],
      [
        'wallet.batchListWalletEntries',
        {
          pages: [
            { parentId: '7', first: 1, after: '1' },
            { parentId: '8', first: 1, after: '1' },
          ],
        },
      ],
    ],
  );
});

test('wallets with entries of two hundred and fifty users cost three rpcs of each kind', async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const representations = references(...Array.from({ length: 250 }, (_, index) => `${index}`));
  const { errors } = await execute(`${entities} { ... on User { wallet { entries ${entryPage} } } } }`, {
    variables: { representations },
    identity: admin,
  });
  assert.equal(errors, undefined);
  assert.deepEqual(
    calls.map(({ rpc }) => rpc),
    ['account.batchGetUsers', 'wallet.batchGetWallets', 'wallet.batchListWalletEntries'].flatMap((rpc) => [
      rpc,
      rpc,
      rpc,
    ]),
  );
});

test("others' wallets and coupons are refused and not read", async () => {
  const { execute, calls } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const { data, errors } = await execute(
    `${entities} { ... on User { wallet { balances { held { currency } } } coupons { edges { cursor } } } } }`,
    { variables: { representations: references('8') }, identity: customer },
  );
  assert.deepEqual(data, { _entities: [{ wallet: null, coupons: null }] });
  assert.deepEqual(
    errors?.map(({ path, extensions }) => `${path?.join('.')} ${extensions?.['code']}`).sort(),
    ['_entities.0.coupons FORBIDDEN', '_entities.0.wallet FORBIDDEN'],
  );
  assert.deepEqual(
    calls.map(({ rpc }) => rpc),
    ['account.batchGetUsers'],
  );
});

test('a wallet that the service does not show is null without an error', async () => {
  const { execute } = createSubgraphHarness(createUserSubgraph, {
    ...fakeServices,
    wallet: { batchGetWallets: async () => ({ wallets: [{ wallet: undefined }] }) },
  });
  const result = await execute('{ me { id wallet { balances { held { currency } } } } }', {
    identity: customer,
  });
  assert.deepEqual(result, { data: { me: { id: '7', wallet: null } } });
});

test('wallets that cannot be read null their own field only', async () => {
  const { execute } = createSubgraphHarness(createUserSubgraph, {
    ...fakeServices,
    wallet: {
      batchGetWallets: async () => {
        throw new AppError('UNAVAILABLE', { retryAfterMs: 400 });
      },
    },
  });
  const { data, errors } = await execute('{ me { id wallet { balances { held { currency } } } } }', {
    identity: customer,
  });
  assert.deepEqual(data, { me: { id: '7', wallet: null } });
  assert.deepEqual(errors?.[0]?.extensions, { code: 'UNAVAILABLE', retryAfterMs: 400 });
});

for (const side of ['available', 'held'] as const) {
  test(`a balance without what is ${side} is a defect of its service, and nulls the wallet only`, async () => {
    const { balances } = sampleWallet('7');
    const wallet = { userId: '7', balances: balances.map((balance) => ({ ...balance, [side]: undefined })) };
    const { execute } = createSubgraphHarness(createUserSubgraph, {
      ...fakeServices,
      wallet: { batchGetWallets: async () => ({ wallets: [{ wallet }] }) },
    });
    const { data, errors } = await execute(`{ me { id wallet { balances { ${side} ${money} } } } }`, {
      identity: customer,
    });
    assert.deepEqual(data, { me: { id: '7', wallet: null } });
    assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
  });
}

for (const [field, values] of Object.entries({
  kind: { kind: WalletEntryKind.UNSPECIFIED },
  amount: { amount: undefined },
  at: { at: undefined },
})) {
  test(`an entry without its ${field} is a defect of its service, and nulls the entries only`, async () => {
    const { execute } = withEntry({ ...sampleWalletEntry('1'), ...values });
    const { data, errors } = await execute(
      `{ me { wallet { balances { held { amountCents } } entries ${entry} } } }`,
      { identity: customer },
    );
    assert.deepEqual(data, {
      me: { wallet: { balances: [{ held: { amountCents: 250 } }], entries: null } },
    });
    assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
  });
}

test('a page of more than a hundred entries is refused', async () => {
  const { execute } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const { data, errors } = await execute(`{ me { wallet { entries(first: 101) ${entryPage} } } }`, {
    identity: customer,
  });
  assert.deepEqual(data, { me: { wallet: { entries: null } } });
  assert.equal(errors?.[0]?.extensions?.['code'], 'INVALID_ARGUMENT');
});
