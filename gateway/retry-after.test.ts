import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { startLibraryServer } from './testing/library-server.ts';
import { orderStatus, startLiveBed } from './testing/live-bed.ts';

const body = { query: orderStatus, variables: { id: '1' } };

test('one subscription too many: 429, and when to come back', async (t) => {
  const bed = await startLiveBed({ live: { maxOpenPerOwner: 1 } });
  t.after(() => bed.close());
  const first = await bed.open({ body });
  await first.next();
  const second = await bed.open({ body });
  const [error] = JSON.parse(await second.body()).errors;
  assert.deepEqual([second.status, error.extensions.code], [429, 'RATE_LIMITED']);
  assert.equal(second.headers['retry-after'], String(Math.ceil(error.extensions.retryAfterMs / 1_000)));
  first.leave();
});

test('a process that stops: 503, and when to come back', async (t) => {
  const bed = await startLiveBed({ isReady: () => false });
  t.after(() => bed.close());
  const refused = await bed.open({ body });
  assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '5']);
});

test('what is wrong with one field of an answer says nothing of the request', async (t) => {
  const hooks = { failing: () => new AppError('UNAVAILABLE', { retryAfterMs: 7_000 }) };
  const server = await startLibraryServer(t, { hooks });
  const { status, headers, result } = await server.post({ query: '{ book(id: "1") { title failing } }' });
  assert.equal(result.errors[0].extensions.retryAfterMs, 7_000);
  assert.deepEqual([status, headers['retry-after']], [200, undefined]);
});
