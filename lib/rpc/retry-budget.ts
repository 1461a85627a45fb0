import type { Clock } from '../clock/clock.ts';

/** What one request earns: a tenth of a retry, as in Google's "Handling Overload" (SRE book, chapter 21). */
const retriesPerRequest = 0.1;
/** Earnings above this are lost, so that a quiet day does not pay for a storm. */
const maxSavedRetries = 100;
/** What time alone earns, for clients with few requests, and how much of it is kept. */
const retriesPerSecond = 1;
const maxIdleRetries = 10;

/**
 * How many retries the clients of one service may send: a tenth of their requests and one a second, at most
 * `maxSavedRetries` at once. A service that fails everything thus sees little more than the requests themselves, and not
 * three times as many. A request costs one addition and no look at the clock.
 */
export class RetryBudget {
  readonly #clock: Clock;
  #saved = maxIdleRetries;
  #paidUntilMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#paidUntilMs = clock.now();
  }

  /** Notes a request; retries are none. */
  earn(): void {
    if (this.#saved < maxSavedRetries) this.#saved += retriesPerRequest;
  }

  /** Takes one retry if there is one. */
  spend(): boolean {
    this.#payForTime();
    if (this.#saved < 1) return false;
    this.#saved -= 1;
    return true;
  }

  #payForTime(): void {
    const nowMs = this.#clock.now();
    const earned = (Math.max(0, nowMs - this.#paidUntilMs) / 1_000) * retriesPerSecond;
    this.#paidUntilMs = nowMs;
    if (this.#saved < maxIdleRetries) this.#saved = Math.min(maxIdleRetries, this.#saved + earned);
  }
}
