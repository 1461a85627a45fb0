import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '@tiffin/lib/identity/identity';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { fakeServices, sampleAddress } from '../testing/fake-services.ts';
import { createUserSubgraph } from '../user-subgraph.ts';

const customer: Identity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const query = '{ me { addresses(first: 1) { edges { node { id label street city postalCode area } } } } }';

test('an address with all its lines', async () => {
  const { execute } = createSubgraphHarness(createUserSubgraph, fakeServices);
  const { data, errors } = await execute(query, { identity: customer });
  assert.equal(errors, undefined);
  const node = {
    id: '7-1',
    label: 'Home',
    street: 'Main Street 1',
    city: 'Berlin',
    postalCode: '10115',
    area: 'Mitte',
  };
  assert.deepEqual(data, { me: { addresses: { edges: [{ node }] } } });
});

test('an address without lines is a defect of its service, and nulls the list only', async () => {
  const address = { ...sampleAddress('1'), lines: undefined };
  const { execute } = createSubgraphHarness(createUserSubgraph, {
    account: {
      ...fakeServices.account,
      batchListAddresses: async () => ({
        pages: [{ edges: [{ address, cursor: '1' }], hasNextPage: false }],
      }),
    },
  });
  const { data, errors } = await execute(query, { identity: customer });
  assert.deepEqual(data, { me: { addresses: null } });
  assert.deepEqual(errors?.[0]?.extensions, { code: 'INTERNAL' });
});
