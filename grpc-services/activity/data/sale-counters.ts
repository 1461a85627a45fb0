import type { Clock } from '@tiffin/lib/clock/clock';
import type { RedisClient } from '@tiffin/lib/engines/redis';
import {
  createRedisPipelines,
  type RedisCommand,
  type RedisScripts,
} from '@tiffin/lib/engines/redis-pipelines';
import { joinedKey, leftKey, loadLockKey, promisedKey, returnedKey } from './keys.ts';
import { saleScripts } from './sale-scripts.ts';

/** The flash sale that is counted; what is kept of it ends a day after its end. */
export interface CountedSale {
  readonly id: string;
  readonly endsAt: Date;
}

/** A unit promised to a user. */
export interface Promised {
  readonly userId: string;
  readonly ticketId: string;
}

/** Somebody who may have joined. */
export interface SaleUser {
  readonly saleId: string;
  readonly userId: string;
}

/** What became of the wish for a unit. */
export type PromiseReply =
  | { readonly kind: 'promised'; readonly left: number }
  /** Before. `mayLackRow`: nobody has seen the ticket in the database yet. */
  | { readonly kind: 'joined'; readonly ticketId: string; readonly mayLackRow: boolean }
  | { readonly kind: 'none left' }
  /** Redis knows nothing of the flash sale. */
  | { readonly kind: 'not loaded' };

/** What Redis counts of a flash sale. */
export interface SaleCount {
  /** Units that may still be promised; undefined where nothing is loaded. */
  readonly left: number | undefined;
  /** Promises that may have no row yet. */
  readonly promised: number;
}

/**
 * What Redis knows of flash sales: promises, on which SQL decides. Everything may be lost at any time. All calls throw
 * RedisUnavailable where no answer came; whatever they were to do may have been done then, and they may be repeated.
 */
export interface SaleCounters {
  /** Promises a unit to a user under a new ticket's id, or answers what the user was promised before. */
  promise(sale: CountedSale, promised: Promised): Promise<PromiseReply>;
  /**
   * Takes a promise back that was made at `notAfterMs` or before and has no row; `instead` is the ticket that the user
   * does have. False where it is gone, or was made anew since.
   */
  takeBack(saleId: string, promised: Promised, notAfterMs: number, instead?: string): Promise<boolean>;
  /** Promises made at `notAfterMs` or before of which nobody has seen the rows, the oldest first. */
  findPromised(saleId: string, notAfterMs: number, maxItems: number): Promise<Promised[]>;
  /** These promises have their rows. At most 500. */
  markKept(saleId: string, promised: readonly Promised[]): Promise<void>;
  /** The unit of a ticket that was ended or returned may be promised again; counts once for a ticket. */
  restore(sale: CountedSale, ticketId: string): Promise<boolean>;
  /** In the order of the ids. */
  count(saleIds: readonly string[]): Promise<SaleCount[]>;
  /** The same without what is promised. */
  left(saleId: string): Promise<number | undefined>;
  /** Which of these have joined, as far as Redis knows, in their order. At most 100. */
  findJoined(asked: readonly SaleUser[]): Promise<boolean[]>;
  /** Adds `delta` to what is left, if that is `left` still. */
  correct(saleId: string, left: number, delta: number): Promise<boolean>;
  /** True for one builder at a time, who names the lock. It ends by itself after `LOCK_MS` without a page. */
  lock(saleId: string, lock: string): Promise<boolean>;
  /** Ends the lock without having loaded. */
  unlock(saleId: string, lock: string): Promise<void>;
  /** Adds users with their tickets, at most 500. False where the lock is lost. */
  loadPage(sale: CountedSale, lock: string, joined: readonly Promised[]): Promise<boolean>;
  /** Says what is left after the last page, and ends the lock. False where that is lost. */
  load(sale: CountedSale, lock: string, left: number): Promise<boolean>;
}

/** How long what Redis knows of a flash sale outlives its end. */
export const KEPT_AFTER_END_MS = 86_400_000;
/** Longer than any page takes to be read and written. */
export const LOCK_MS = 5_000;
/** One unit a user. */
const AMOUNT = 1;

export function createSaleCounters(
  redis: RedisClient,
  clock: Clock,
  scripts: RedisScripts = saleScripts,
): SaleCounters {
  const pipelines = createRedisPipelines(redis, { scripts });
  const send = async (name: string, key: string, ...args: RedisCommand['args']): Promise<unknown> =>
    (await pipelines.send([{ name, key, args }]))[0];
  const isDone = async (answer: Promise<unknown>) => (await answer) === 1;
  const ttlMs = ({ endsAt }: CountedSale) => Math.max(0, endsAt.getTime() - clock.now()) + KEPT_AFTER_END_MS;

  return {
    async promise(sale, { userId, ticketId }) {
      const { id } = sale;
      const args = [joinedKey(id), promisedKey(id), userId, ticketId, clock.now(), ttlMs(sale), AMOUNT];
      return toReply((await send('salePromise', leftKey(id), ...args)) as PromiseAnswer);
    },
    takeBack(saleId, { userId, ticketId }, notAfterMs, instead = '') {
      const args = [joinedKey(saleId), promisedKey(saleId), userId, ticketId, notAfterMs, AMOUNT, instead];
      return isDone(send('saleTakeBack', leftKey(saleId), ...args));
    },
    async findPromised(saleId, notAfterMs, maxItems) {
      const range = ['-inf', notAfterMs, 'LIMIT', 0, maxItems];
      const members = (await send('zrangebyscore', promisedKey(saleId), ...range)) as string[];
      return members.map((member) => {
        const [userId = '', ticketId = ''] = member.split(':');
        return { userId, ticketId };
      });
    },
    async markKept(saleId, promised) {
      if (promised.length === 0) return;
      const members = promised.map(({ userId, ticketId }) => `${userId}:${ticketId}`);
      await send('zrem', promisedKey(saleId), ...members);
    },
    restore: (sale, ticketId) =>
      isDone(send('saleRestore', leftKey(sale.id), returnedKey(sale.id), ticketId, ttlMs(sale), AMOUNT)),
    async count(saleIds) {
      const answers = await pipelines.send(
        saleIds.flatMap((id) => [
          { name: 'get', key: leftKey(id), args: [] },
          { name: 'zcard', key: promisedKey(id), args: [] },
        ]),
      );
      return saleIds.map((_, index) => ({
        left: toLeft(answers[2 * index]),
        promised: Number(answers[2 * index + 1]),
      }));
    },
    left: async (saleId) => toLeft(await send('get', leftKey(saleId))),
    async findJoined(asked) {
      const groups = [...Map.groupBy(asked, ({ saleId }) => saleId)];
      const answers = (await pipelines.send(
        groups.map(([saleId, users]) => ({
          name: 'hmget',
          key: joinedKey(saleId),
          args: users.map(({ userId }) => userId),
        })),
      )) as (string | null)[][];
      const joined = new Set<SaleUser>();
      for (const [place, [, users]] of groups.entries())
        for (const [index, user] of users.entries()) if (answers[place]?.[index] != null) joined.add(user);
      return asked.map((user) => joined.has(user));
    },
    correct: (saleId, left, delta) => isDone(send('saleCorrect', leftKey(saleId), String(left), delta)),
    async lock(saleId, lock) {
      return (await send('set', loadLockKey(saleId), lock, 'PX', LOCK_MS, 'NX')) === 'OK';
    },
    async unlock(saleId, lock) {
      await send('saleUnlock', loadLockKey(saleId), lock);
    },
    loadPage(sale, lock, joined) {
      const pairs = joined.flatMap(({ userId, ticketId }) => [userId, ticketId]);
      const args = [joinedKey(sale.id), lock, LOCK_MS, ttlMs(sale), ...pairs];
      return isDone(send('saleLoadPage', loadLockKey(sale.id), ...args));
    },
    load(sale, lock, left) {
      const args = [leftKey(sale.id), promisedKey(sale.id), lock, left, ttlMs(sale)];
      return isDone(send('saleLoad', loadLockKey(sale.id), ...args));
    },
  };
}

const toLeft = (answer: unknown): number | undefined => (answer == null ? undefined : Number(answer));

type PromiseAnswer = [0] | [1, string, 0 | 1] | [2, number] | [3];

function toReply(answer: PromiseAnswer): PromiseReply {
  switch (answer[0]) {
    case 0:
      return { kind: 'not loaded' };
    case 1:
      return { kind: 'joined', ticketId: answer[1], mayLackRow: answer[2] === 1 };
    case 2:
      return { kind: 'promised', left: answer[1] };
    case 3:
      return { kind: 'none left' };
  }
}
