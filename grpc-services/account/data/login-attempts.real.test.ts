import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { closeRedis, openRedis, type RedisClient } from '@tiffin/lib/engines/redis';
import { AppError } from '@tiffin/lib/errors/app-error';
import { type RealRedis, startRealRedis } from '@tiffin/lib/testing/real-redis';
import { loginAttemptsKey } from './keys.ts';
import { createLoginAttempts } from './login-attempts.ts';

const maxAttempts = 3;
const windowMs = 900_000;
const emailKey = 'ada@tiffin.example';
const isRateLimited = (error: unknown) =>
  AppError.is(error, 'RATE_LIMITED') && error.detail.retryAfterMs <= windowMs;

suite('login attempts on Redis', () => {
  let server: RealRedis;
  let redis: RedisClient;
  before(async () => {
    server = await startRealRedis();
    redis = await openRedis({ url: server.url });
  });
  after(async () => {
    if (redis) await closeRedis(redis);
    await server?.stop();
  });

  test('are limited, forgotten after a success, and still possible and limited when Redis dies', async () => {
    const attempts = createLoginAttempts({ redis, maxAttempts, windowMs });
    const useUp = async () => {
      for (let n = 0; n < maxAttempts; n++) await attempts.count(emailKey);
      await assert.rejects(attempts.count(emailKey), isRateLimited);
    };
    await useUp();
    const timeToLiveMs = await redis.pttl(loginAttemptsKey(emailKey));
    assert.ok(timeToLiveMs > 0 && timeToLiveMs <= windowMs, `${timeToLiveMs} ms`);
    await attempts.forget(emailKey);
    await useUp();
    await server.kill();
    await useUp();
    await attempts.forget(emailKey);
    await useUp();
  });
});
