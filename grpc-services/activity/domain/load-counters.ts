import type { Database } from '@tiffin/lib/engines/database';
import { RedisUnavailable } from '@tiffin/lib/engines/redis';
import type { TaskScope } from '@tiffin/lib/lifecycle/task-scope';
import { findStandings } from '../data/flash-sale-store.ts';
import { joinedUsers } from '../data/flash-ticket-store.ts';
import type { CountedSale, SaleCounters } from '../data/sale-counters.ts';

export interface CounterLoaderOptions {
  readonly database: Database;
  readonly counters: Pick<SaleCounters, 'lock' | 'unlock' | 'loadPage' | 'load'>;
  /** Unique among all processes. */
  readonly newLock: () => string;
  readonly background: Pick<TaskScope, 'run'>;
}

const PAGE_USERS = 500;
/** More than a flash sale has units, several times over. */
const MAX_PAGES = 10_000;

/**
 * Builds from SQL what Redis has lost of a flash sale, or never had: who has joined, then what is left. One process does
 * it, under a lock; until the last step every join of that sale is told to come again, so nobody joins on half of it.
 *
 * Who is promised a unit meanwhile, by a script that ran before the loss, may come to be missing from it: SQL knows a
 * user twice all the same, and the reconciler counts again.
 */
export class CounterLoader {
  readonly #options: CounterLoaderOptions;
  readonly #underWay = new Map<string, Promise<boolean>>();

  constructor(options: CounterLoaderOptions) {
    this.#options = options;
  }

  /**
   * Resolves to whether it is loaded by now, through this process; false where another one is at it, or it failed. Never
   * rejects. It goes on when the caller does not wait.
   */
  load(sale: CountedSale): Promise<boolean> {
    const underWay = this.#underWay.get(sale.id);
    if (underWay) return underWay;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#underWay.set(sale.id, promise);
    const end = (isLoaded: boolean) => {
      this.#underWay.delete(sale.id);
      resolve(isLoaded);
    };
    const hasBegun = this.#options.background.run('load flash sale', async (signal) => {
      let isLoaded = false;
      try {
        isLoaded = await this.#loadUnderLock(sale, signal);
      } catch (error) {
        // Whoever needs it is told so, and tries again.
        if (!(error instanceof RedisUnavailable)) throw error;
      } finally {
        end(isLoaded);
      }
    });
    if (!hasBegun) end(false);
    return promise;
  }

  async #loadUnderLock(sale: CountedSale, signal: AbortSignal): Promise<boolean> {
    const { counters, newLock } = this.#options;
    const lock = newLock();
    if (!(await counters.lock(sale.id, lock))) return false;
    try {
      return await this.#loadFromSql(sale, lock, signal);
    } catch (error) {
      await counters.unlock(sale.id, lock).catch(() => {});
      throw error;
    }
  }

  async #loadFromSql(sale: CountedSale, lock: string, signal: AbortSignal): Promise<boolean> {
    const { database, counters } = this.#options;
    let after: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const joined = await joinedUsers(database, sale.id, after, PAGE_USERS);
      if (joined.length > 0 && !(await counters.loadPage(sale, lock, joined))) return false;
      after = joined.at(-1)?.userId;
      if (joined.length < PAGE_USERS || signal.aborted) break;
    }
    if (signal.aborted) return false;
    // After the users: whoever joins in between counts, and whoever is missing above is found out by SQL.
    const [standing] = await findStandings(database, [sale.id]);
    if (!standing) return false;
    return counters.load(sale, lock, Math.max(0, standing.left - standing.queued));
  }
}
