import type { Clock } from '@tiffin/lib/clock/clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { TokenBucket } from '@tiffin/lib/resilience/token-bucket';
import { LRUCache } from 'lru-cache';

/** Clients that are remembered; the one that was away longest is forgotten first. */
const maxClients = 10_000;

/**
 * Bounds how many documents that this process does not know a client may send: to parse and to plan them is what costs.
 * `perMinute` of them come back in a minute, and so many may be sent at once; 0 is no bound.
 */
export class NewDocuments {
  readonly #clock: Clock;
  readonly #perMinute: number;
  readonly #buckets = new LRUCache<string, TokenBucket>({ max: maxClients });

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** @throws AppError RATE_LIMITED */
  count(client: string): void {
    if (this.#perMinute === 0) return;
    const bucket = this.#buckets.get(client) ?? this.#newBucket(client);
    if (!bucket.take()) throw new AppError('RATE_LIMITED', { retryAfterMs: bucket.retryAfterMs });
  }

  #newBucket(client: string): TokenBucket {
    const bucket = new TokenBucket({
      clock: this.#clock,
      refillPerSecond: this.#perMinute / 60,
      capacity: this.#perMinute,
    });
    this.#buckets.set(client, bucket);
    return bucket;
  }
}
