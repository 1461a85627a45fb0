import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { Redis } from 'ioredis';
import RedisMock from 'ioredis-mock';
import { loginAttemptsKey } from './keys.ts';
import { createLoginAttempts } from './login-attempts.ts';

const windowMs = 900_000;
const isRateLimited = (error: unknown) =>
  AppError.is(error, 'RATE_LIMITED') &&
  error.detail.retryAfterMs > 0 &&
  error.detail.retryAfterMs <= windowMs;

/** A Redis whose every command fails, as that of a client that lost its server does. */
function brokenRedis(): Redis {
  const fail = () => Promise.reject(new Error('connection lost'));
  return { status: 'ready', defineCommand() {}, rlflxIncr: fail, del: fail } as unknown as Redis;
}

function attemptsOn(redis: Redis, maxAttempts = 3) {
  return createLoginAttempts({ redis, maxAttempts, windowMs });
}

async function useUp(attempts: ReturnType<typeof attemptsOn>, emailKey: string, count = 3): Promise<void> {
  for (let attempt = 0; attempt < count; attempt++) await attempts.count(emailKey);
}

suite('login attempts', () => {
  test('are limited for each account by itself', async () => {
    const attempts = attemptsOn(new RedisMock());
    await useUp(attempts, 'limited@tiffin.example');
    await assert.rejects(attempts.count('limited@tiffin.example'), isRateLimited);
    await attempts.count('other@tiffin.example');
  });

  test('start anew after a success', async () => {
    const attempts = attemptsOn(new RedisMock());
    await useUp(attempts, 'anew@tiffin.example');
    await attempts.forget('anew@tiffin.example');
    await useUp(attempts, 'anew@tiffin.example');
    await assert.rejects(attempts.count('anew@tiffin.example'), isRateLimited);
  });

  test('are given back when no password was looked at', async () => {
    const attempts = attemptsOn(new RedisMock());
    await useUp(attempts, 'given@tiffin.example');
    await attempts.giveBack('given@tiffin.example');
    await attempts.count('given@tiffin.example');
    await assert.rejects(attempts.count('given@tiffin.example'), isRateLimited);
  });

  test('made at the same time cannot slip past the limit', async () => {
    const attempts = attemptsOn(new RedisMock());
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => attempts.count('parallel@tiffin.example')),
    );
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 3);
  });

  test('count across processes that share a Redis', async () => {
    const redis = new RedisMock();
    await useUp(attemptsOn(redis), 'shared@tiffin.example');
    await assert.rejects(attemptsOn(redis).count('shared@tiffin.example'), isRateLimited);
  });

  test('leave one key that expires and names nobody', async () => {
    const redis = new RedisMock();
    await attemptsOn(redis).count('private@tiffin.example');
    const key = loginAttemptsKey('private@tiffin.example');
    assert.match(key, /^acc:login:[\w-]{22}$/);
    const timeToLiveMs = await redis.pttl(key);
    assert.ok(timeToLiveMs > 0 && timeToLiveMs <= windowMs, `${timeToLiveMs} ms`);
  });

  test('stay possible and stay limited while Redis is away', async () => {
    const attempts = attemptsOn(brokenRedis());
    await useUp(attempts, 'outage@tiffin.example');
    await assert.rejects(attempts.count('outage@tiffin.example'), isRateLimited);
    await attempts.forget('outage@tiffin.example');
    await attempts.count('outage@tiffin.example');
  });
});
