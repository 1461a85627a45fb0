import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '@tiffin/lib/clock/clock';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { createRealPostgres } from '@tiffin/lib/testing/real-postgres';
import { startRealRedis } from '@tiffin/lib/testing/real-redis';
import { checks } from '../../scripts/audit/checks.ts';
import { type OpenedDatabases, openAuditedDatabases } from '../../scripts/audit/open-databases.ts';
import { clientOf } from '../start-platform.ts';
import type { Attempt, Tally } from './attempt.ts';
import { type Baseline, readBaseline } from './baseline.ts';
import { buy, openMarket } from './buyers.ts';
import { findContradictions } from './find-contradictions.ts';
import { findLies } from './find-lies.ts';
import { type Fleet, type Mechanism, memberNames, startFleet } from './fleet.ts';

export interface ChaosOptions {
  /** Fixes who is killed when, what buyers do, and which answers get lost. */
  readonly seed: number;
  /** How long processes are killed. */
  readonly chaosMs: number;
  /** The most that it may take afterwards until everything has come to its end. */
  readonly maxQuietMs: number;
  /** Findings that have not changed for this long will not any more. Default: `maxQuietMs`. */
  readonly stableMs?: number;
  readonly without?: Mechanism;
  readonly say: (line: string) => void;
}

export interface ChaosReport {
  readonly kills: number;
  /** How many attempts were told so. */
  readonly placed: number;
  readonly paid: number;
  readonly cancelled: number;
  /** Processes that ended by themselves after they were ready. */
  readonly crashes: readonly string[];
  /** Codes that no answer may have. */
  readonly internalErrors: readonly string[];
  /** What is wrong with the books, by our own looks. */
  readonly contradictions: readonly string[];
  /** What buyers were told that is not so. */
  readonly lies: readonly string[];
  /** What the auditor finds. */
  readonly audit: readonly string[];
}

const killEveryMs = 2_000;
/** Buyers get the answers to what they have begun so long after the last kill. */
const maxClosingMs = 45_000;
const lookEveryMs = 1_000;
const maxErrorLines = 60;
/** The auditor leaves alone what is young; by then nothing is, and no order is overdue. */
const auditAheadMs = 15 * 60_000;

/** Kills the platform's processes while buyers buy, waits until all has come to its end, and looks what is wrong then. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, without, say } = options;
  await using stack = new AsyncDisposableStack();
  const [postgres, redis] = await Promise.all([createRealPostgres(), startRealRedis()]);
  stack.defer(() => postgres.drop());
  stack.defer(() => redis.stop());
  const fleet = stack.use(await startFleet({ postgres, redis }, seed, without));
  const opened = await openAuditedDatabases({
    databaseUrlOf: () => ({ url: postgres.url, variable: 'TEST_DATABASE_URL' }),
    dataDir: '',
  });
  stack.defer(() => opened.close());
  const books = opened.databases.order;
  const client = clientOf(fleet.url);
  const market = await openMarket(client, fleet.settings['TOKEN_SIGNING_KEY'] ?? '', seed);
  const baseline = await readBaseline(books);
  say(`up after ${seconds(process.uptime() * 1_000)}`);

  const attempts: Attempt[] = [];
  const tally: Tally = new Map();
  const closing = new AbortController();
  const closed = new AbortController();
  const signals = { closing: closing.signal, closed: closed.signal };
  const buying = Promise.all(
    market.buyers.map((buyer) => buy(client, market, buyer, signals, { attempts, tally })),
  );
  const kills = await killForAWhile(fleet, options);
  closing.abort();
  const tooLate = setTimeout(() => closed.abort(), maxClosingMs);
  await buying;
  clearTimeout(tooLate);
  await fleet.up();
  const found = await settle(opened, baseline, options);
  const lies = await findLies(books, baseline, attempts);
  for (const failed of fleet.failedStarts) say(`did not start: ${failed}`);
  say(
    [...tally]
      .toSorted()
      .map(([what, count]) => `${count} × ${what}`)
      .join(', '),
  );
  const internalErrors = [...tally.keys()].filter((what) => what.includes('INTERNAL'));
  if (internalErrors.length > 0) say(fleet.lines().filter(isError).slice(0, maxErrorLines).join('\n'));
  const told = (type: string) => attempts.filter(({ answers }) => answers[0]?.type === type).length;
  return {
    kills,
    placed: told('PlaceOrderSuccess'),
    paid: told('PayOrderSuccess'),
    cancelled: told('CancelOrderSuccess'),
    crashes: fleet.crashes,
    internalErrors,
    lies,
    ...found,
  };
}

async function killForAWhile(fleet: Fleet, { seed, chaosMs, say }: ChaosOptions): Promise<number> {
  const random = DemoRandom.of('chaos', seed);
  const victims: string[] = [];
  for (const endMs = Date.now() + chaosMs; Date.now() < endMs; ) {
    await delay(killEveryMs);
    const victim = random.pick(memberNames);
    victims.push(victim);
    await fleet.kill(victim);
  }
  say(`killed: ${victims.join(', ')}`);
  return victims.length;
}

type Found = Pick<ChaosReport, 'contradictions' | 'audit'>;

/** Looks until nothing is wrong any more, or nothing gets better. Resolves to what is wrong then. */
async function settle(
  opened: OpenedDatabases,
  baseline: Baseline,
  { maxQuietMs, stableMs = maxQuietMs, say }: ChaosOptions,
): Promise<Found> {
  const beganMs = Date.now();
  let last = '';
  let changedMs = beganMs;
  for (;;) {
    const contradictions = await findContradictions(opened.databases.order, baseline);
    const found = { contradictions, audit: contradictions.length > 0 ? [] : await audit(opened) };
    // A transaction that is tried again and again gets no better by it.
    const text = [...contradictions, ...found.audit].join('\n').replace(/after \d+ attempts/g, '');
    const nowMs = Date.now();
    if (text !== last) changedMs = nowMs;
    last = text;
    if (text === '' || nowMs > beganMs + maxQuietMs || nowMs > changedMs + stableMs) {
      say(`quiet after ${seconds(nowMs - beganMs)}`);
      return found;
    }
    await delay(lookEveryMs);
  }
}

async function audit({ databases }: OpenedDatabases): Promise<string[]> {
  const clock = { ...systemClock, now: () => Date.now() + auditAheadMs };
  const found = await Promise.all(checks.map(({ find }) => find({ databases, clock })));
  return found.flat().map(({ unit, problem }) => `${unit} ${problem}`);
}

/** With the lines of its stack. */
const isError = (line: string) => / ERROR |^\s+at |Error:/.test(line);
const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
