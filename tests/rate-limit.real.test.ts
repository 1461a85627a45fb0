import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRealRedis } from '@tiffin/lib/testing/real-redis';
import { startPlatform } from './start-platform.ts';

test('gateways of one Redis share the limit of a user', async (t) => {
  const redis = await startRealRedis();
  t.after(() => redis.stop());
  const env = { REDIS_URL: redis.url, RATE_LIMIT_PER_USER: '5' };
  await using one = await startPlatform(env);
  await using other = await startPlatform(env);
  const [token, tokenOfOther] = [await one.logIn('customer'), await other.logIn('customer')];
  const ask = async () => (await one.query('{ me { id } }', { token })).status;
  const askOther = () => other.query('{ me { id } }', { token: tokenOfOther });

  for (let n = 0; n < 5; n++) assert.equal(await ask(), 200);
  assert.equal(await ask(), 429);
  // It counts beside the request: one more may pass while Redis is told.
  let refused = await askOther();
  for (let n = 0; n < 5 && refused.status === 200; n++) refused = await askOther();
  assert.equal(refused.status, 429);
  assert.equal(refused.errors?.[0]?.extensions.code, 'RATE_LIMITED');
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  let afterwards = 0;
  for (let n = 0; n < 5; n++) if ((await askOther()).status === 200) afterwards++;
  assert.equal(afterwards, 0);
  // Whoever is not signed in is another client.
  assert.equal((await other.query('{ __typename }')).status, 200);
});
