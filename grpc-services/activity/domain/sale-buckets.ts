import type { Clock } from '@tiffin/lib/clock/clock';
import { TokenBucket } from '@tiffin/lib/resilience/token-bucket';
import { type FlashSale, stockOf } from './flash-sale.ts';

export interface SaleBucketsOptions {
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** How many processes admit joins. */
  readonly instances: () => number;
  /** Flash sales that are told apart; the one that was asked for longest ago makes room. Default 1,000. */
  readonly maxSales?: number;
}

/** Twice the stock at once: some of those who come are turned away behind the bucket. */
const STOCKS_AT_ONCE = 2;
/** Of the stock, a second: however many come who may not join, those who may get their turn. */
const REFILL_SHARE = 0.2;
const MIN_RETRY_MS = 100;

interface SaleBucket {
  readonly bucket: TokenBucket;
  units: number;
  instances: number;
}

/** A token bucket for each flash sale, which lets through this process's part of what all processes let through. */
export class SaleBuckets {
  readonly #options: SaleBucketsOptions;
  /** The one that was used longest ago first. */
  readonly #buckets = new Map<string, SaleBucket>();

  constructor(options: SaleBucketsOptions) {
    this.#options = options;
  }

  /** Takes a token. Where there is none: milliseconds to wait, not the same for everybody. */
  take(sale: FlashSale): number | undefined {
    const { bucket } = this.#bucketOf(sale);
    if (bucket.take()) return undefined;
    const waitMs = Math.max(MIN_RETRY_MS, bucket.retryAfterMs);
    return Math.ceil(waitMs * (1 + this.#options.random()));
  }

  #bucketOf(sale: FlashSale): SaleBucket {
    const { clock, instances: liveInstances, maxSales = 1_000 } = this.#options;
    const [units, instances] = [stockOf(sale), liveInstances()];
    let known = this.#buckets.get(sale.id);
    if (!known) known = { bucket: new TokenBucket({ clock, ...rateOf(units, instances) }), units, instances };
    else if (known.units !== units || known.instances !== instances) {
      known.bucket.change(rateOf(units, instances));
      Object.assign(known, { units, instances });
    }
    this.#buckets.delete(sale.id);
    this.#buckets.set(sale.id, known);
    if (this.#buckets.size > maxSales) this.#buckets.delete(this.#buckets.keys().next().value ?? '');
    return known;
  }
}

function rateOf(units: number, instances: number): { capacity: number; refillPerSecond: number } {
  return {
    capacity: Math.max(1, (STOCKS_AT_ONCE * units) / instances),
    refillPerSecond: Math.max(1, (REFILL_SHARE * units) / instances),
  };
}
