import assert from 'node:assert/strict';
import { after, afterEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openSaleBed, type SaleBed } from './open-sale-bed.ts';
import { runSale, type SaleOptions, type SaleReport, stock } from './run-sale.ts';

export interface TestedSale {
  readonly seed: number;
  readonly buyers: number;
  /** How often Redis loses everything. */
  readonly flushes?: number;
}

const chaosMs = 20_000;
/** Of each sale, with the start of a platform where it needs one: a file has 480 s, and two of them. */
const maxRunMs = 205_000;
/** Whoever is stopped lets go of the platform within this, and it ends. */
const maxStopMs = 8_000;

/** Each of these on one platform, one after the other; on another one where the sale before has failed. */
export function testSales(sales: readonly TestedSale[]): void {
  const most = Math.max(...sales.map(({ buyers }) => buyers));
  describe(`${stock} units; a process is killed every 2 s, replies of Redis get lost, events come twice`, {
    timeout: sales.length * (maxRunMs + maxStopMs),
  }, () => {
    let bed: SaleBed | undefined;
    /** The sale under way, which a test that takes too long leaves behind. */
    let running: Promise<unknown> = Promise.resolve();
    let hasFailed = false;
    async function close(): Promise<void> {
      const old = bed;
      bed = undefined;
      await old?.[Symbol.asyncDispose]();
    }
    async function run(options: SaleOptions): Promise<SaleReport> {
      const used = bed ?? (await openSaleBed(options.seed, most));
      // Nobody else would end it.
      if (options.signal?.aborted) await used[Symbol.asyncDispose]();
      options.signal?.throwIfAborted();
      bed = used;
      return runSale(used, options);
    }
    afterEach(async () => {
      if (!hasFailed) return;
      const patience = delay(maxStopMs / 2, undefined, { ref: false });
      await Promise.race([running.catch(() => {}), patience]);
      await close();
    });
    after(close);

    for (const { seed, buyers, flushes = 0 } of sales) {
      const name = flushes > 0 ? `, and Redis loses everything, ${flushes} times` : '';
      it(`seed ${seed}: ${buyers} buyers${name}`, { timeout: maxRunMs }, async (t) => {
        const say = (line: string) => t.diagnostic(line);
        hasFailed = true;
        const selling = run({ seed, buyers, chaosMs, flushes, say, signal: t.signal });
        running = selling;
        const { kills, asked, tickets, paid, returned, tookMs, twice, lost, ...wrong } = await selling;
        say(`${kills} kills, ${asked} asked, ${tickets} tickets, ${paid} paid, ${returned} returned`);
        say(`${lost} replies lost, ${twice} events twice, ${tookMs} ms`);
        const nothing = {
          brokenMeanwhile: [],
          faults: [],
          lies: [],
          audit: [],
          crashes: [],
          internalErrors: [],
        };
        assert.deepEqual(wrong, nothing);
        assert.deepEqual({ paid, asked }, { paid: stock, asked: buyers });
        const least = Math.min(kills, returned, lost, twice);
        assert.ok(
          least > 0,
          `${kills} kills, ${returned} returned, ${lost} replies lost, ${twice} events twice`,
        );
        hasFailed = false;
      });
    }
  });
}
