import { staleKeySqlState } from './stale-key-state.ts';

/** What both drivers give of a NOTICE. */
export interface Notice {
  /** Its SQLSTATE. */
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/** Who is told of the keys that a session's commits make stale. */
export interface StaleKeyListener {
  readonly onStaleKeys: (keys: readonly string[]) => Promise<void>;
  readonly warn?: ((message: string) => void) | undefined;
}

/** The keys that one session has marked as stale and not told of yet. */
export interface StaleKeyNotices {
  heard(notice: Notice): void;
  /** The transaction or statement has committed. Resolves when its keys were told; never rejects. */
  committed(): Promise<void>;
  /** Nothing of it was written. */
  rolledBack(): void;
}

/** A transaction that marks more leaves the rest to the sweeper of its service, which finds the marks in the database. */
const MAX_KEYS = 10_000;

export function createStaleKeyNotices({ onStaleKeys, warn }: StaleKeyListener): StaleKeyNotices {
  let keys = new Set<string>();
  let isFull = false;

  function take(): ReadonlySet<string> {
    const taken = keys;
    if (keys.size > 0) keys = new Set();
    isFull = false;
    return taken;
  }

  return {
    heard({ code, message }) {
      if (code !== staleKeySqlState || message === undefined || keys.has(message)) return;
      if (keys.size < MAX_KEYS) keys.add(message);
      else isFull = true;
    },
    async committed() {
      if (keys.size === 0) return;
      if (isFull)
        warn?.(
          `One commit made more than ${MAX_KEYS} keys stale; the others are stale until they are swept.`,
        );
      try {
        await onStaleKeys([...take()]);
      } catch (error) {
        // What was written stays written, whatever becomes of the cache.
        warn?.(`Stale keys were not told of: ${error instanceof Error ? error.message : error}`);
      }
    },
    rolledBack: () => void take(),
  };
}
