/** A transaction under way in memory. */
export interface MemorySession {
  /** What a rollback does, latest first. Whoever writes says it. */
  undo(step: () => void): void;
}

export interface MemorySessions {
  /** Commits what `work` wrote, or undoes it where it throws. */
  transaction<Result>(work: (session: MemorySession) => Promise<Result>): Promise<Result>;
}

/** A database of one session, as the embedded one is: one transaction after the other, in order of arrival. */
export function createMemorySessions(): MemorySessions {
  let last: Promise<unknown> = Promise.resolve();
  return {
    transaction(work) {
      const run = async () => {
        const undo: (() => void)[] = [];
        try {
          return await work({ undo: (step) => undo.push(step) });
        } catch (error) {
          for (const step of undo.reverse()) step();
          throw error;
        }
      };
      const result = last.then(run, run);
      last = result;
      return result;
    },
  };
}

/** Writes one entry of a table; undefined deletes it. */
export function writeEntry<Row>(
  session: MemorySession,
  table: Map<string, Row>,
  key: string,
  row: Row | undefined,
): void {
  const before = table.get(key);
  const put = (value: Row | undefined) => {
    if (value === undefined) table.delete(key);
    else table.set(key, value);
  };
  session.undo(() => put(before));
  put(row);
}
