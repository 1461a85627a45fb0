import { AppError } from '@tiffin/lib/errors/app-error';
import { timedOut, within } from '@tiffin/lib/lifecycle/within';
import type { Promised, PromiseReply } from '../data/sale-counters.ts';
import type { JoinAttempt } from './join-attempt.ts';
import type { JoinDeps } from './join-deps.ts';

/** A unit that Redis has promised to a user, whose ticket is to be written. */
export interface PromisedUnit extends Promised {
  /** Epoch milliseconds; before the promise was made. */
  readonly promisedAtMs: number;
  /** Units that nobody was promised; undefined where that was not asked. */
  readonly left: number | undefined;
}

/** A small flash sale is rebuilt sooner than anybody could come again. */
const LOAD_PATIENCE_MS = 150;

/**
 * Has Redis promise a unit to the user, who has at most one promise. A promise that was made before and may lack its
 * ticket, because a process died or an answer was lost, is made again.
 * @throws AppError ALREADY_JOINED, SOLD_OUT; UNAVAILABLE while Redis is rebuilt. @throws RedisUnavailable.
 */
export async function promiseUnit(deps: JoinDeps, { sale, userId }: JoinAttempt): Promise<PromisedUnit> {
  const { counters, ids, clock, stock, random } = deps;
  const ticketId = String(await ids.nextId());
  const promisedAtMs = clock.now();
  const ask = (): Promise<PromiseReply> => counters.promise(sale, { userId, ticketId });
  let reply = await ask();
  if (reply.kind === 'not loaded') {
    const isLoaded = await within(clock, LOAD_PATIENCE_MS, deps.loader.load(sale));
    if (isLoaded === true) reply = await ask();
    else if (isLoaded === timedOut || isLoaded === false) throw beingLoaded(random);
  }
  switch (reply.kind) {
    case 'promised':
      stock.note(sale.id, reply.left);
      return { userId, ticketId, promisedAtMs, left: reply.left };
    case 'joined':
      if (!reply.mayLackRow) throw new AppError('ALREADY_JOINED', { ticketId: reply.ticketId });
      return { userId, ticketId: reply.ticketId, promisedAtMs, left: undefined };
    case 'none left':
      stock.note(sale.id, 0);
      throw new AppError('SOLD_OUT', { flashSaleId: sale.id });
    case 'not loaded':
      throw beingLoaded(random);
  }
}

/** 50 to 200 ms. */
const beingLoaded = (random: () => number) =>
  new AppError('UNAVAILABLE', { retryAfterMs: Math.round(50 + 150 * random()) });
