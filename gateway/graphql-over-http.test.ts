import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { serverAudits } from 'graphql-http';
import { startLibraryServer } from './testing/library-server.ts';

const { url } = await startLibraryServer({ after });
const audits = serverAudits({ url });

test('the reference implementation has audits', () => assert.equal(audits.length, 61));

for (const { id, name, fn } of audits) {
  test(`${id}: ${name}`, async () => {
    const result = await fn();
    assert.equal(result.status, 'ok', 'reason' in result ? result.reason : undefined);
  });
}
