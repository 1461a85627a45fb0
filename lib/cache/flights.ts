import type { AppError } from '../errors/app-error.ts';

/** What a look-up came to. `readAtMs`: before the database was read, so the answer is that old at most. */
export type Found =
  | { readonly kind: 'value'; readonly value: object; readonly readAtMs: number }
  | { readonly kind: 'absent'; readonly readAtMs: number }
  | { readonly kind: 'failed'; readonly error: AppError };

/** The look-up of one key, for everybody who asks while it lasts. It belongs to all of them. */
export interface Flight {
  readonly id: string;
  readonly key: string;
  readonly startedAtMs: number;
  /** Never rejects. */
  readonly found: Promise<Found>;
  /** Tells all who wait; only the first time counts. */
  land(found: Found): void;
  /** Later readers look for themselves. */
  close(): void;
}

/** The flights that readers of this process can join, one for each key at most. */
export class Flights {
  readonly #maxAgeMs: number;
  readonly #byKey = new Map<string, Flight>();

  /** Nobody joins a flight that is older than `maxAgeMs`. */
  constructor(maxAgeMs: number) {
    this.#maxAgeMs = maxAgeMs;
  }

  join(key: string, nowMs: number): Flight | undefined {
    const flight = this.#byKey.get(key);
    return flight && nowMs - flight.startedAtMs <= this.#maxAgeMs ? flight : undefined;
  }

  start(id: string, key: string, nowMs: number): Flight {
    const { promise: found, resolve: land } = Promise.withResolvers<Found>();
    const close = () => {
      // It may have been forgotten, and another fly by now.
      if (this.#byKey.get(key) === flight) this.#byKey.delete(key);
    };
    const flight: Flight = { id, key, startedAtMs: nowMs, found, land, close };
    this.#byKey.set(key, flight);
    return flight;
  }

  /** Flights in the air saw what was true before: later readers must not join them. */
  forget(keys: readonly string[]): void {
    for (const key of keys) this.#byKey.delete(key);
  }

  forgetAll(): void {
    this.#byKey.clear();
  }
}
