import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { BehaviorKind, type HistoryEntry } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import { fakeServices, sampleHistoryEntry } from '../testing/fake-services.ts';
import { createUserSubgraph } from '../user-subgraph.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const admin: Identity = { kind: 'user', userId: '9', roles: ['ADMIN'] };
const target = 'target { __typename ... on Shop { id } ... on Goods { id } }';
const entities = 'query ($representations: [_Any!]!) { _entities(representations: $representations)';
const representations = ['7', '8'].map((id) => ({ __typename: 'User', id }));

const withEntries = (...entries: HistoryEntry[]) =>
  createSubgraphHarness(createUserSubgraph, {
    ...fakeServices,
    tracking: {
      batchListUserHistory: async ({ pages }) => ({
        pages: pages.map(() => ({
          edges: entries.map((entry, index) => ({ entry, cursor: String(index) })),
          hasNextPage: false,
        })),
      }),
    },
  });

test('shops and goods stand in a history as references, latest first as they come', async () => {
  const shop = { ...sampleHistoryEntry('5'), kind: BehaviorKind.SHOP_VIEWED };
  const { execute } = withEntries(shop, sampleHistoryEntry('6'));
  const { data, errors } = await execute(`{ me { history { edges { node { at ${target} } } } } }`, {
    identity: customer,
  });
  assert.equal(errors, undefined);
  const at = '2030-01-31T18:10:00.000Z';
  const edges = [
    { node: { at, target: { __typename: 'Shop', id: '5' } } },
    { node: { at, target: { __typename: 'Goods', id: '6' } } },
  ];
  assert.deepEqual(data, { me: { history: { edges } } });
});

test('an entry of an unknown kind or without its time is a defect that leaves the others as they are', async () => {
  const odd = { ...sampleHistoryEntry('5'), kind: BehaviorKind.UNSPECIFIED };
  const { execute } = withEntries(odd, sampleHistoryEntry('6'));
  const { data, errors } = await execute(`{ me { history { edges { node { ${target} } } } } }`, {
    identity: customer,
  });
  const edges = [{ node: { target: null } }, { node: { target: { __typename: 'Goods', id: '6' } } }];
  assert.deepEqual(data, { me: { history: { edges } } });
  assert.deepEqual(
    errors?.map(({ extensions }) => extensions?.['code']),
    ['INTERNAL'],
  );
});

test('histories of several users cost one rpc, in pages; that of another is refused and not read', async () => {
  const page = '{ edges { cursor } pageInfo { hasNextPage endCursor } }';
  const query = `${entities} { ... on User { history(first: 1, after: "1") ${page} } } }`;
  const history = { edges: [{ cursor: '2' }], pageInfo: { hasNextPage: true, endCursor: '2' } };
  const everybody = createSubgraphHarness(createUserSubgraph, fakeServices);
  const answer = await everybody.execute(query, { variables: { representations }, identity: admin });
  assert.deepEqual(answer, { data: { _entities: [{ history }, { history }] } });
  assert.deepEqual(
    everybody.calls.map(({ rpc }) => rpc),
    ['account.batchGetUsers', 'tracking.batchListUserHistory'],
  );
  const one = createSubgraphHarness(createUserSubgraph, fakeServices);
  const own = await one.execute(query, { variables: { representations }, identity: customer });
  assert.deepEqual(own.data, { _entities: [{ history }, { history: null }] });
  assert.deepEqual(
    own.errors?.map(({ extensions }) => extensions?.['code']),
    ['FORBIDDEN'],
  );
  const asked = one.calls[1]?.request as { pages: { parentId: string }[] } | undefined;
  assert.deepEqual(
    asked?.pages.map(({ parentId }) => parentId),
    ['7'],
  );
});
