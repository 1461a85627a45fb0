import type { Attempt, Outcome } from './idempotency-table.ts';

/** A call of this process that is at an attempt. */
export interface Twin {
  readonly attempt: Attempt;
  /** What the attempt comes to; undefined where that is nothing to be kept. Never rejects. */
  readonly outcome: Promise<Outcome | undefined>;
}

/**
 * The attempts under way in this process, so that calls for the same key wait for one another here and not by looking
 * at the database again and again. As many as there are calls.
 */
export class Twins {
  readonly #leaders = new Map<string, Twin>();

  /** Whoever is at the key of the attempt, be it with another body. */
  find(attempt: Attempt): Twin | undefined {
    return this.#leaders.get(nameOf(attempt));
  }

  /** Runs `work` as the one that the key's other calls wait for, until it ends. `publish` tells them the outcome. */
  async lead<Result>(
    attempt: Attempt,
    work: (publish: (outcome: Outcome) => void) => Promise<Result>,
  ): Promise<Result> {
    const { promise: outcome, resolve } = Promise.withResolvers<Outcome | undefined>();
    this.#leaders.set(nameOf(attempt), { attempt, outcome });
    try {
      return await work(resolve);
    } finally {
      this.#leaders.delete(nameOf(attempt));
      resolve(undefined);
    }
  }
}

function nameOf({ caller, key }: Attempt): string {
  return JSON.stringify([caller, key]);
}
