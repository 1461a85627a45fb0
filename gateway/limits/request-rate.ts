import type { Clock } from '@tiffin/lib/clock/clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { SharedWindow } from '@tiffin/lib/resilience/shared-counters';
import { LRUCache } from 'lru-cache';

export interface RequestRateOptions {
  readonly clock: Clock;
  /** Requests of one client in a window. */
  readonly limit: number;
  /** Counts for all gateways together. */
  readonly shared: SharedWindow;
  /** The key of a client in `shared`. */
  readonly keyOf: (client: string) => string;
  /** Clients that are remembered; the one that was away longest is forgotten first. Default 50,000. */
  readonly maxClients?: number;
}

export const rateWindowMs = 60_000;
/** The part of its limit that a client uses up before the other gateways are told. */
const reportedPart = 0.01;

interface Client {
  readonly endsAtMs: number;
  count: number;
  unreported: number;
  isReporting: boolean;
  blockedUntilMs: number;
}

/**
 * Bounds how much a client asks in a minute. A request is counted in this process; what was counted is told to the others
 * beside the requests, a hundredth of the limit at a time, so that none waits for Redis and clients far below their limit
 * never reach it. With n gateways a client can get n hundredths more than its limit, and what it asks while a report is
 * under way.
 */
export class RequestRate {
  readonly #options: RequestRateOptions;
  readonly #reportAt: number;
  readonly #clients: LRUCache<string, Client>;

  constructor(options: RequestRateOptions) {
    this.#options = options;
    this.#reportAt = Math.max(1, Math.floor(options.limit * reportedPart));
    this.#clients = new LRUCache({ max: options.maxClients ?? 50_000 });
  }

  /** @throws AppError RATE_LIMITED where the client has used up its limit. */
  count(name: string): void {
    const nowMs = this.#options.clock.now();
    const client = this.#clientOf(name, nowMs);
    if (client.blockedUntilMs > nowMs) throw refusal(client.blockedUntilMs - nowMs);
    if (client.count >= this.#options.limit) throw refusal(client.endsAtMs - nowMs);
    client.count++;
    client.unreported++;
    if (client.unreported >= this.#reportAt && !client.isReporting) this.#report(name, client);
  }

  #clientOf(name: string, nowMs: number): Client {
    const known = this.#clients.get(name);
    // A window that ends later than that was begun before the clock was set back.
    if (known && (nowMs < known.endsAtMs || nowMs < known.blockedUntilMs)) {
      if (known.endsAtMs - nowMs <= 2 * rateWindowMs) return known;
    }
    const client = {
      endsAtMs: nowMs + rateWindowMs,
      count: 0,
      unreported: 0,
      isReporting: false,
      blockedUntilMs: 0,
    };
    this.#clients.set(name, client);
    return client;
  }

  async #report(name: string, client: Client): Promise<void> {
    const { shared, keyOf, clock } = this.#options;
    client.isReporting = true;
    while (client.unreported >= this.#reportAt) {
      const points = client.unreported;
      client.unreported = 0;
      const blockedMs = await shared.add(keyOf(name), points);
      if (blockedMs > 0) client.blockedUntilMs = clock.now() + blockedMs;
    }
    client.isReporting = false;
  }
}

const refusal = (retryAfterMs: number) =>
  new AppError('RATE_LIMITED', { retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)) });
