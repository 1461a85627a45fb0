import type { RedisClient } from '@tiffin/lib/engines/redis';
import { AppError } from '@tiffin/lib/errors/app-error';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { loginAttemptsKey } from './keys.ts';

/** Limits guessing at one account, whoever guesses and whether or not the account exists. */
export interface LoginAttempts {
  /**
   * Counts an attempt before its password is looked at: guesses made at the same time cannot slip past the limit.
   * @throws AppError RATE_LIMITED when the account had too many failed attempts.
   */
  count(emailKey: string): Promise<void>;
  /** Takes an attempt back whose password was never looked at. */
  giveBack(emailKey: string): Promise<void>;
  /** After the right password the account starts anew. */
  forget(emailKey: string): Promise<void>;
}

export interface LoginAttemptsOptions {
  readonly redis: RedisClient;
  readonly maxAttempts: number;
  readonly windowMs: number;
}

/**
 * A fixed window in Redis. While Redis is away, which its client says at once, each process counts in its own memory:
 * nobody is locked out, and the limit holds for each process by itself.
 */
export function createLoginAttempts({ redis, maxAttempts, windowMs }: LoginAttemptsOptions): LoginAttempts {
  const limits = { points: maxAttempts, duration: Math.ceil(windowMs / 1_000), keyPrefix: '' };
  const insuranceLimiter = new RateLimiterMemory(limits);
  const limiter = new RateLimiterRedis({ ...limits, storeClient: redis, insuranceLimiter });
  return {
    async count(emailKey) {
      try {
        await limiter.consume(loginAttemptsKey(emailKey));
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        throw new AppError('RATE_LIMITED', { retryAfterMs: Math.max(1, Math.ceil(refusal.msBeforeNext)) });
      }
    },
    async giveBack(emailKey) {
      await limiter.reward(loginAttemptsKey(emailKey));
    },
    async forget(emailKey) {
      await limiter.delete(loginAttemptsKey(emailKey));
    },
  };
}
