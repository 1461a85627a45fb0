const never = () => new Promise<never>(() => {});

/** A process that dies at one of its steps: whatever it awaits then never comes back, and it does nothing any more. */
export interface Life {
  /** Steps taken so far. */
  readonly steps: number;
  readonly isDead: boolean;
  /** Resolves when it dies. */
  readonly died: Promise<void>;
  /** A step before `work` and one after it, between which others may see what it did. */
  around<Result>(work: () => Promise<Result>): Promise<Result>;
  /** A step inside of a transaction: where the process dies it throws, so that the database rolls back. */
  inside(): void;
}

/** @param diesAt The number of the step, counted from 0, that it does not survive. Without one it lives. */
export function createLife(diesAt = Number.POSITIVE_INFINITY): Life {
  let steps = 0;
  let isDead = false;
  const { promise: died, resolve } = Promise.withResolvers<void>();
  const dies = () => {
    isDead ||= steps++ >= diesAt;
    if (isDead) resolve();
    return isDead;
  };
  return {
    died,
    get steps() {
      return steps;
    },
    get isDead() {
      return isDead;
    },
    async around(work) {
      if (dies()) return never();
      try {
        return await work();
      } finally {
        if (dies()) await never();
      }
    },
    inside() {
      if (dies()) throw new Error('died');
    },
  };
}
