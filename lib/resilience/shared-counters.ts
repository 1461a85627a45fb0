import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Clock, Timer } from '../clock/clock.ts';
import type { RedisClient } from '../engines/redis.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Counts by keys, together with whoever shares its Redis. */
export interface SharedWindow {
  /** Adds to what a key has used. Milliseconds until it may go on; 0 where it may. Never rejects. */
  add(key: string, points: number): Promise<number>;
}

export interface WindowOptions {
  /** What a key may use in a window. */
  readonly limit: number;
  readonly windowMs: number;
}

export interface SharedCountersOptions {
  /** Connects to Redis; absent where nobody else counts. */
  readonly open?: (() => Promise<RedisClient>) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Between two attempts to connect at the start. A connection that is lost later comes back by itself. */
const reconnectMs = 5_000;

/**
 * Fixed windows in Redis. Where it is away, at the start or later, each process counts in its own memory: nobody is locked
 * out, and a limit holds for each process by itself.
 */
export class SharedCounters {
  readonly #options: SharedCountersOptions;
  #redis: RedisClient | undefined;
  #retry: Timer | undefined;
  #connecting: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: SharedCountersOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Settles when the first attempt to connect has ended. */
  get ready(): Promise<void> {
    return this.#connecting ?? Promise.resolve();
  }

  window({ limit, windowMs }: WindowOptions): SharedWindow {
    const limits = { points: limit, duration: Math.ceil(windowMs / 1_000), keyPrefix: '' };
    const own = new RateLimiterMemory(limits);
    let shared: RateLimiterRedis | undefined;
    return {
      add: async (key, points) => {
        const storeClient = this.#redis;
        if (storeClient) shared ??= new RateLimiterRedis({ ...limits, storeClient, insuranceLimiter: own });
        try {
          await (shared ?? own).consume(key, points);
          return 0;
        } catch (refusal) {
          if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext));
          this.#options.logger.warn({ err: refusal }, 'requests are not counted');
          return 0;
        }
      },
    };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#retry?.cancel();
    await this.#connecting;
    if (!this.#redis) return;
    // A process without Redis need not load its client.
    const { closeRedis } = await import('../engines/redis.ts');
    await closeRedis(this.#redis);
  }

  #connect(): void {
    const { open, clock, logger } = this.#options;
    if (!open || this.#isStopped) return;
    this.#connecting = open().then(
      (redis) => {
        this.#redis = redis;
      },
      (err) => {
        logger.warn({ err }, 'requests are counted in this process alone until Redis is there');
        if (!this.#isStopped) this.#retry = clock.setTimer(reconnectMs, () => this.#connect());
      },
    );
  }
}
