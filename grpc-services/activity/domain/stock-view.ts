import type { Clock } from '@tiffin/lib/clock/clock';
import type { SaleCounters } from '../data/sale-counters.ts';

export interface StockViewOptions {
  readonly clock: Clock;
  readonly counters: Pick<SaleCounters, 'left'>;
}

const KEPT_MS = 100;
const MAX_SALES = 1_000;

interface Reading {
  readonly left: number | undefined;
  readonly readAtMs: number;
}

/** What is left of flash sales as Redis said within the last 100 ms, read once for everybody who asks meanwhile. */
export class StockView {
  readonly #options: StockViewOptions;
  /** The oldest first. */
  readonly #readings = new Map<string, Reading>();
  readonly #underWay = new Map<string, Promise<number | undefined>>();

  constructor(options: StockViewOptions) {
    this.#options = options;
  }

  /** Without a promise where this process knows. Undefined where Redis knows nothing. @throws RedisUnavailable. */
  left(saleId: string): number | undefined | Promise<number | undefined> {
    const fresh = this.#fresh(saleId);
    if (fresh) return fresh.left;
    const underWay = this.#underWay.get(saleId);
    if (underWay) return underWay;
    const read = this.#read(saleId).finally(() => this.#underWay.delete(saleId));
    this.#underWay.set(saleId, read);
    return read;
  }

  /** What somebody has heard from Redis just now. */
  note(saleId: string, left: number | undefined): void {
    this.#readings.delete(saleId);
    this.#readings.set(saleId, { left, readAtMs: this.#options.clock.now() });
    if (this.#readings.size > MAX_SALES) this.#readings.delete(this.#readings.keys().next().value ?? '');
  }

  #fresh(saleId: string): Reading | undefined {
    const reading = this.#readings.get(saleId);
    if (!reading) return undefined;
    const ageMs = this.#options.clock.now() - reading.readAtMs;
    return ageMs >= 0 && ageMs < KEPT_MS ? reading : undefined;
  }

  async #read(saleId: string): Promise<number | undefined> {
    const left = await this.#options.counters.left(saleId);
    this.note(saleId, left);
    return left;
  }
}
