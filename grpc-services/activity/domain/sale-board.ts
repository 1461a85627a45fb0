import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import { isId } from '@tiffin/lib/errors/invalid-argument';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { GaugeMetric, Metrics } from '@tiffin/lib/telemetry/metrics';
import { findFlashSales, findRunningAndUpcoming } from '../data/flash-sale-store.ts';
import { endOf, type FlashSale } from './flash-sale.ts';
import { gather } from './gather.ts';

/** How old what the board says may be, while the database answers. */
export const BOARD_AGE_MS = 1_000;

export interface SaleBoardOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly database: Database;
  /** Flash sales in memory. Default 1,000. */
  readonly maxOpenSales?: number;
}

const MAX_OTHER_IDS = 1_000;

/**
 * The flash sales as this process knows them: those that run or are to come in memory, refreshed each second, so that
 * nobody reads to learn that one has not begun. Another id is looked up when somebody asks for it, and remembered for a
 * second, whether there is such a sale or not. While the database is away it tells what it last knew.
 *
 * Where more run or are to come than it holds, those that begin last are as others are: looked up when somebody asks, and
 * neither loaded ahead nor reconciled. It says so in the log, and by a metric on which there is an alert.
 */
export class SaleBoard {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #database: Database;
  readonly #maxOpenSales: number;
  readonly #notOnBoard: GaugeMetric<never>;
  #isFull = false;
  readonly #lookUp: (id: string) => Promise<FlashSale | undefined>;
  #open: ReadonlyMap<string, FlashSale> = new Map();
  /** The oldest first. */
  readonly #others = new Map<string, { readonly sale: FlashSale | undefined; readonly readAtMs: number }>();

  constructor({ clock, logger, metrics, database, maxOpenSales = 1_000 }: SaleBoardOptions) {
    this.#clock = clock;
    this.#logger = logger;
    this.#database = database;
    this.#maxOpenSales = maxOpenSales;
    this.#notOnBoard = metrics.gauge({
      name: 'tiffin_flash_sale_board_overflows',
      help: '1 where more flash sales run or are to come than a process keeps in memory and reconciles, else 0.',
    });
    const find = async (ids: readonly string[]) =>
      new Map((await findFlashSales(database, ids)).map((sale) => [sale.id, sale]));
    this.#lookUp = gather(find, { maxKeys: 100, maxWaiting: 1_000 });
  }

  /** Without a promise where this process knows; then with one. */
  find(id: string): FlashSale | undefined | Promise<FlashSale | undefined> {
    const open = this.#open.get(id);
    if (open || !isId(id)) return open;
    const other = this.#others.get(id);
    if (other && this.#clock.now() - other.readAtMs < BOARD_AGE_MS) return other.sale;
    return this.#read(id);
  }

  /** Those that run now or begin within `aheadMs`. */
  running(aheadMs = 0): FlashSale[] {
    const nowMs = this.#clock.now();
    return [...this.#open.values()].filter(
      (sale) => sale.startsAt.getTime() <= nowMs + aheadMs && endOf(sale).getTime() > nowMs,
    );
  }

  async refresh(): Promise<void> {
    const max = this.#maxOpenSales;
    const sales = await findRunningAndUpcoming(this.#database, this.#clock.now(), max + 1);
    this.#open = new Map(sales.slice(0, max).map((sale) => [sale.id, sale]));
    this.#sayIfFull(sales[max]);
  }

  /** Once each time that it comes to be so. */
  #sayIfFull(first: FlashSale | undefined): void {
    const isFull = first !== undefined;
    this.#notOnBoard.set({}, isFull ? 1 : 0);
    if (isFull && !this.#isFull) {
      const details = { maxOpenSales: this.#maxOpenSales, firstOff: first.id, startsAt: first.startsAt };
      this.#logger.error(
        details,
        'more flash sales run or are to come than are kept in memory and reconciled',
      );
    }
    this.#isFull = isFull;
  }

  async #read(id: string): Promise<FlashSale | undefined> {
    const readAtMs = this.#clock.now();
    const sale = await this.#lookUp(id);
    this.#others.delete(id);
    this.#others.set(id, { sale, readAtMs });
    if (this.#others.size > MAX_OTHER_IDS) this.#others.delete(this.#others.keys().next().value ?? '');
    return sale;
  }
}
