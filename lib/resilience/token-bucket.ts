import type { Clock } from '../clock/clock.ts';

export interface TokenBucketOptions {
  readonly clock: Clock;
  /** Tokens a second, in the long run. */
  readonly refillPerSecond: number;
  /** Tokens at once after a rest, at least one. It begins with as many. */
  readonly capacity: number;
}

/** A token is a thousand of these, so that a millisecond at a whole rate brings a whole number of them. */
const A_TOKEN = 1_000;

/** A token bucket within one process. Nobody waits in it: whoever gets no token is told when to ask again. */
export class TokenBucket {
  readonly #clock: Clock;
  #refillPerSecond: number;
  #maxParts: number;
  #parts: number;
  #filledAtMs: number;

  constructor({ clock, refillPerSecond, capacity }: TokenBucketOptions) {
    checkRate(refillPerSecond, capacity);
    this.#clock = clock;
    this.#refillPerSecond = refillPerSecond;
    this.#maxParts = capacity * A_TOKEN;
    this.#parts = this.#maxParts;
    this.#filledAtMs = clock.now();
  }

  /** Takes a token; false where there is none. */
  take(): boolean {
    this.#fill();
    if (this.#parts < A_TOKEN) return false;
    this.#parts -= A_TOKEN;
    return true;
  }

  /** After a refusal: until there may be one again. */
  get retryAfterMs(): number {
    return Math.max(1, Math.ceil((A_TOKEN - this.#parts) / this.#refillPerSecond));
  }

  /** From now on at this rate. What is in it stays, as far as it has room. */
  change({ refillPerSecond, capacity }: Pick<TokenBucketOptions, 'refillPerSecond' | 'capacity'>): void {
    checkRate(refillPerSecond, capacity);
    this.#fill();
    this.#refillPerSecond = refillPerSecond;
    this.#maxParts = capacity * A_TOKEN;
    this.#parts = Math.min(this.#parts, this.#maxParts);
  }

  #fill(): void {
    const nowMs = this.#clock.now();
    // The clock may have been set back.
    const passedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#parts = Math.min(this.#maxParts, this.#parts + passedMs * this.#refillPerSecond);
    this.#filledAtMs = nowMs;
  }
}

function checkRate(refillPerSecond: number, capacity: number): void {
  if (!(refillPerSecond > 0 && capacity >= 1))
    throw new RangeError('A token bucket gives a token now and then.');
}
