import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { CounterMetric, Metrics } from '@tiffin/lib/telemetry/metrics';
import { type FlashSaleStanding, findStandings } from '../data/flash-sale-store.ts';
import { findTicketIds } from '../data/flash-ticket-store.ts';
import type { Promised, SaleCount, SaleCounters } from '../data/sale-counters.ts';
import type { FlashSale } from './flash-sale.ts';
import type { CounterLoader } from './load-counters.ts';
import type { SaleBoard } from './sale-board.ts';

export interface ReconcilerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly database: Database;
  readonly board: Pick<SaleBoard, 'running'>;
  readonly counters: Pick<SaleCounters, 'count' | 'correct' | 'findPromised' | 'markKept' | 'takeBack'>;
  readonly loader: Pick<CounterLoader, 'load'>;
}

/** Twice what a row takes at most to follow its promise: clocks may differ by the rest. */
export const PROMISE_STANDS_MS = 10_000;
/** Flash sales are loaded before the rush. */
const LOAD_AHEAD_MS = 60_000;
const PAGE_PROMISES = 200;
/** In one round; the rest has time until the next. */
const MAX_PAGES = 50;
const MAX_SALES_A_STATEMENT = 100;

/**
 * Makes what Redis counts agree with SQL again, where a process died or an answer was lost:
 *
 * - A promise that has no row after 10 s is taken back; what has one is marked as kept.
 * - What may still be promised must be what SQL has left, less the tickets in the queue, less the promises that have no
 *   row yet. The three are not read at the same moment, so a difference counts that two rounds see alike, and what is
 *   written is fenced by what was read: where somebody joins in between, the next round decides.
 * - What Redis has lost is loaded, and what begins within a minute too.
 *
 * Several processes may do it at the same time.
 */
export class CounterReconciler {
  readonly #options: ReconcilerOptions;
  readonly #corrections: CounterMetric<'kind'>;
  /** Differences of the last round, by flash sale. */
  #lastSeen: ReadonlyMap<string, number> = new Map();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#corrections = options.metrics.counter({
      name: 'tiffin_flash_sale_corrections_total',
      help: 'Units that Redis counted otherwise than SQL, and promises without a ticket.',
      labelNames: ['kind'],
    });
  }

  async round(signal?: AbortSignal): Promise<void> {
    const { board } = this.#options;
    const sales = board.running(LOAD_AHEAD_MS);
    const seen = new Map<string, number>();
    for (let first = 0; first < sales.length && !signal?.aborted; first += MAX_SALES_A_STATEMENT) {
      await this.#reconcile(sales.slice(first, first + MAX_SALES_A_STATEMENT), seen, signal);
    }
    this.#lastSeen = seen;
  }

  async #reconcile(
    sales: readonly FlashSale[],
    seen: Map<string, number>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { counters, database, loader } = this.#options;
    const ids = sales.map(({ id }) => id);
    for (const [index, { promised }] of (await counters.count(ids)).entries())
      if (promised > 0) await this.#settlePromises(ids[index] ?? '', signal);
    // Redis first: whoever joins after this leaves `left` other than it was, and then nothing is corrected.
    const counts = await counters.count(ids);
    const standings = new Map((await findStandings(database, ids)).map((each) => [each.id, each]));
    for (const [index, sale] of sales.entries()) {
      const [count, standing] = [counts[index], standings.get(sale.id)];
      if (!count || !standing || signal?.aborted) continue;
      if (count.left === undefined) {
        await loader.load(sale);
        continue;
      }
      const difference = differenceOf(count, standing);
      if (difference === 0) continue;
      if (this.#lastSeen.get(sale.id) === difference) await this.#correct(sale.id, count.left, difference);
      else seen.set(sale.id, difference);
    }
  }

  async #correct(saleId: string, left: number, difference: number): Promise<void> {
    const { counters, logger } = this.#options;
    if (!(await counters.correct(saleId, left, difference))) return;
    this.#corrections.inc({ kind: difference > 0 ? 'added' : 'taken' }, Math.abs(difference));
    logger.warn({ flashSale: saleId, units: difference }, 'units of a flash sale corrected in Redis');
  }

  async #settlePromises(saleId: string, signal: AbortSignal | undefined): Promise<void> {
    const { clock, counters, database } = this.#options;
    const notAfterMs = clock.now() - PROMISE_STANDS_MS;
    for (let page = 0; page < MAX_PAGES && !signal?.aborted; page++) {
      const promised = await counters.findPromised(saleId, notAfterMs, PAGE_PROMISES);
      if (promised.length === 0) return;
      const userIds = promised.map(({ userId }) => userId);
      const ticketIds = await findTicketIds(database, saleId, userIds);
      const isKept = ({ userId, ticketId }: Promised) => ticketIds.get(userId) === ticketId;
      await counters.markKept(saleId, promised.filter(isKept));
      const broken = promised.filter((promise) => !isKept(promise));
      const takenBack = await Promise.all(
        // Where Redis lost who had joined, the user has a ticket of before.
        broken.map((promise) =>
          counters.takeBack(saleId, promise, notAfterMs, ticketIds.get(promise.userId)),
        ),
      );
      this.#corrections.inc({ kind: 'promise' }, takenBack.filter(Boolean).length);
    }
  }
}

/**
 * What to add to what is left in Redis. Promises that may lack their rows explain that it is lower, by as many at most.
 */
export function differenceOf(
  { left = 0, promised }: SaleCount,
  { left: unclaimed, queued }: Pick<FlashSaleStanding, 'left' | 'queued'>,
): number {
  const missing = Math.max(0, unclaimed - queued) - left;
  return missing > 0 ? Math.max(0, missing - promised) : missing;
}
