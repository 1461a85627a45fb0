import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSubgraphHarness } from '@tiffin/lib/testing/subgraph-harness';
import { fakeServices, sampleSession } from '../testing/fake-services.ts';
import { createUserSubgraph } from '../user-subgraph.ts';

test('who has just logged in sees their own personal data, though the request itself is anonymous', async () => {
  const { execute } = createSubgraphHarness(createUserSubgraph, {
    account: { ...fakeServices.account, login: async () => ({ session: sampleSession('7') }) },
  });
  const { data, errors } = await execute(`mutation {
    login(input: { email: "user-7@example.org", password: "12345678" }) {
      ... on LoginSuccess { session { accessTokenExpiresAt user { id email roles } } }
    }
  }`);
  assert.equal(errors, undefined);
  assert.deepEqual(data?.['login'], {
    session: {
      accessTokenExpiresAt: '2030-01-31T18:15:00.000Z',
      user: { id: '7', email: 'user-7@example.org', roles: ['CUSTOMER'] },
    },
  });
});
