import { setTimeout as delay } from 'node:timers/promises';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { createSale } from '../../sale.ts';
import type { Tally } from '../attempt.ts';
import { twiceLine } from '../faults/twice-line.ts';
import { settle } from '../settle.ts';
import { askForUnit, followTicket, type SaleShop, type Told, toldNothing } from './buy-unit.ts';
import { findSaleFaults, readSaleState, type SaleState } from './find-sale-faults.ts';
import { findSaleLies } from './find-sale-lies.ts';
import type { SaleBed } from './open-sale-bed.ts';
import { saleRules, shuffled } from './sale-buyers.ts';
import { saleMembers } from './sale-fleet.ts';

export interface SaleOptions {
  /** Fixes who is killed when, and who comes in which order and does what. */
  readonly seed: number;
  /** Buyers, of all that the bed has. */
  readonly buyers: number;
  /** How long processes are killed. */
  readonly chaosMs: number;
  /** How often Redis loses everything meanwhile, at random moments, first while units are promised. Default 0. */
  readonly flushes?: number;
  readonly say: (line: string) => void;
  /** Stops all of it: killing and buying too. Default: nothing does. */
  readonly signal?: AbortSignal;
}

export interface SaleReport {
  readonly kills: number;
  readonly asked: number;
  readonly tickets: number;
  readonly paid: number;
  /** Orders that gave their unit back. */
  readonly returned: number;
  readonly tookMs: number;
  /** Events that some consumer was given twice. */
  readonly twice: number;
  /** Replies of Redis that were lost. */
  readonly lost: number;
  /** What was wrong at any moment. */
  readonly brokenMeanwhile: readonly string[];
  /** What has not come to its end. */
  readonly faults: readonly string[];
  /** What buyers were told that is not so. */
  readonly lies: readonly string[];
  readonly audit: readonly string[];
  /** Processes that ended by themselves after they were ready. */
  readonly crashes: readonly string[];
  readonly internalErrors: readonly string[];
}

export const stock = 100;
const loss = 0.05;
const killEveryMs = 2_000;
const startsInMs = 1_500;
/** After the start of the sale: promises have no rows yet, and units are left. */
const maxFirstFlushMs = 1_500;
/** Buyers who are asking at once. */
const atOnce = 150;
/** Whoever was sold out looks again after this. */
const lookAgainMs = 400;
const watchEveryMs = 500;
/** Everything is sold so long after the last kill, and everybody has heard it. */
const maxClosingMs = 90_000;
const maxQuietMs = 60_000;

/**
 * Sells everything while processes are killed and replies get lost, waits for the end, and looks what is wrong then.
 * Rejects with the reason of `signal` where that stopped it.
 */
export async function runSale(bed: SaleBed, options: SaleOptions): Promise<SaleReport> {
  const { seed, say, signal } = options;
  const { books, fleet, proxy } = bed;
  const beganMs = Date.now();
  const saleId = await createSale({ query: bed.gateway.query }, await bed.logInAdmin(), {
    stock,
    startsInMs,
    rules: saleRules,
  });
  const closed = new AbortController();
  const close = () => closed.abort();
  signal?.throwIfAborted();
  signal?.addEventListener('abort', close);
  const tally: Tally = new Map();
  let isLate = false;
  const shop: SaleShop = {
    ...{ gateway: bed.gateway, saleId, tally, closed: closed.signal },
    isLate: () => isLate,
  };
  const countTwice = () => fleet.lines().filter((line) => line === twiceLine).length;
  const before = { ...proxy.counts, twice: countTwice() };
  proxy.loss = loss;
  const everybody = shuffled(bed.buyers.slice(0, options.buyers), seed).map(toldNothing);
  const watch = watchSale(bed, saleId, closed.signal);
  const rush = sellAll(shop, everybody, () => watch.state?.sold === stock, seed);
  const flushing = flushSometimes(bed, options, saleId, closed.signal);
  const victims = await killForAWhile(bed, options, closed.signal);
  isLate = true;
  const tooLate = setTimeout(close, maxClosingMs);
  const asked = await rush;
  await flushing;
  clearTimeout(tooLate);
  const isCut = closed.signal.aborted;
  close();
  signal?.removeEventListener('abort', close);
  proxy.loss = 0;
  await watch.ended;
  signal?.throwIfAborted();
  await fleet.up();
  say(
    `seed ${seed}: ${asked} of ${everybody.length} asked, after ${seconds(Date.now() - beganMs)}; killed: ${victims.join(', ')}`,
  );
  const look = () => findSaleFaults(books, saleId, stock, () => bed.leftInRedis(saleId));
  const { wrong, audit, tookMs } = await settle({ look, opened: bed.audited, maxQuietMs });
  const { replies, lost, cuts } = proxy.counts;
  say(
    `quiet after ${seconds(tookMs)}; ${lost - before.lost} of ${replies - before.replies} replies lost, ${cuts - before.cuts} by their connection`,
  );
  say(
    [...tally]
      .toSorted()
      .map(([what, count]) => `${count} × ${what}`)
      .join(', '),
  );
  const { tickets, paid, orders } = await readSaleState(books, saleId, stock);
  return {
    ...{ kills: victims.length, asked, tickets, paid, returned: orders - paid },
    ...{ tookMs: Date.now() - beganMs, twice: countTwice() - before.twice, lost: lost - before.lost },
    brokenMeanwhile: [...watch.broken],
    faults: [
      // What buyers saw last may be old then.
      ...(isCut ? [`was cut off ${seconds(maxClosingMs)} after the last kill: the machine is too slow`] : []),
      ...(asked < everybody.length ? [`only ${asked} of ${everybody.length} have asked`] : []),
      ...wrong,
    ],
    lies: await findSaleLies(books, saleId, everybody),
    audit,
    crashes: fleet.crashes,
    internalErrors: [...tally.keys()].filter((what) => /internal/i.test(what)),
  };
}

/** The newest state of a sale, and all that was ever wrong with it. */
function watchSale({ books }: SaleBed, saleId: string, until: AbortSignal) {
  const watch = {
    state: undefined as SaleState | undefined,
    broken: new Set<string>(),
    ended: Promise.resolve(),
  };
  const look = async () => {
    while (!until.aborted) {
      watch.state = await readSaleState(books, saleId, stock);
      for (const rule of watch.state.broken) watch.broken.add(rule);
      await delay(watchEveryMs, undefined, { signal: until }).catch(() => {});
    }
  };
  watch.ended = look();
  return watch;
}

/**
 * All come once, and those who were sold out again and again, until all is sold. Resolves to how many have come, when all
 * who have a ticket know what became of it.
 */
async function sellAll(
  shop: SaleShop,
  everybody: readonly Told[],
  isSold: () => boolean,
  seed: number,
): Promise<number> {
  const following: Promise<void>[] = [];
  const waiting = [...everybody];
  const hasCome = new Set<Told>();
  const work = async () => {
    for (let told = waiting.shift(); told && !shop.closed.aborted; told = waiting.shift()) {
      const isAgain = hasCome.has(told);
      if (isAgain && isSold()) return;
      if (isAgain) await delay(lookAgainMs);
      hasCome.add(told);
      const random = DemoRandom.of(`twin ${told.buyer.userId}`, seed);
      const asks = random.next() < 0.05 ? [1, 2] : [1];
      const [next = 'done', other] = await Promise.all(asks.map(() => askForUnit(shop, told)));
      const ticket = [next, other].find((one) => typeof one === 'object');
      if (ticket) following.push(followTicket(shop, told, ticket.ticketId, seed));
      else if (next === 'again') waiting.push(told);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  await Promise.all(following);
  return hasCome.size;
}

async function killForAWhile(
  { fleet }: SaleBed,
  { seed, chaosMs }: SaleOptions,
  until: AbortSignal,
): Promise<string[]> {
  const random = DemoRandom.of('chaos', seed);
  const victims: string[] = [];
  for (const endMs = Date.now() + chaosMs; Date.now() < endMs; ) {
    await delay(killEveryMs, undefined, { signal: until }).catch(() => {});
    if (until.aborted) break;
    const victim = random.pick(saleMembers);
    victims.push(victim);
    await fleet.kill(victim);
  }
  return victims;
}

/** Once just after the start of the sale, and else at any moment of the chaos. Says what Redis counted just before. */
async function flushSometimes(
  bed: SaleBed,
  { seed, flushes = 0, chaosMs, say }: SaleOptions,
  saleId: string,
  until: AbortSignal,
): Promise<void> {
  const startsMs = await startOf(bed, saleId);
  const random = DemoRandom.of('flushes', seed);
  const moments = Array.from({ length: flushes }, (_, flush) =>
    random.between(0, flush === 0 ? maxFirstFlushMs : chaosMs - startsInMs),
  );
  for (const afterMs of moments.toSorted((one, other) => one - other)) {
    const waitMs = Math.max(0, startsMs + afterMs - Date.now());
    await delay(waitMs, undefined, { signal: until }).catch(() => {});
    if (until.aborted) return;
    const counted = await bed.leftInRedis(saleId);
    await bed.flush();
    say(`FLUSHALL ${Date.now() - startsMs} ms after the start: ${counted}`);
  }
}

/** Epoch milliseconds. */
async function startOf({ books }: SaleBed, saleId: string): Promise<number> {
  const [row] = await books.query<{ at: number }>(
    'select (extract(epoch from starts_at) * 1000)::float8 as at from activity.flash_sale where id = ?',
    [saleId],
  );
  if (!row) throw new Error(`There is no flash sale ${saleId}.`);
  return Number(row.at);
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
