import { setTimeout as delay } from 'node:timers/promises';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { createRealPostgres } from '@tiffin/lib/testing/real-postgres';
import { startRealRedis } from '@tiffin/lib/testing/real-redis';
import { openAuditedDatabases } from '../../scripts/audit/open-databases.ts';
import { clientOf } from '../start-platform.ts';
import type { Attempt, Tally } from './attempt.ts';
import { readBaseline } from './baseline.ts';
import { buy, openMarket } from './buyers.ts';
import { twiceLine } from './faults/twice-line.ts';
import { findContradictions } from './find-contradictions.ts';
import { findLies } from './find-lies.ts';
import { type Fleet, type Mechanism, memberNames, startFleet } from './fleet.ts';
import { settle } from './settle.ts';

export interface ChaosOptions {
  /** Fixes who is killed when, what buyers do, and which answers get lost. */
  readonly seed: number;
  /** How long processes are killed. */
  readonly chaosMs: number;
  /** The most that it may take afterwards until everything has come to its end. */
  readonly maxQuietMs: number;
  /** Findings that have not changed for this long will not any more. Default: `maxQuietMs`. */
  readonly stableMs?: number;
  /** So long must nothing be wrong. Default 0. */
  readonly minQuietMs?: number;
  /** Buyers get the answers to what they have begun so long after the last kill. Default 45,000. */
  readonly maxClosingMs?: number;
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
const maxErrorLines = 60;

/** Kills the platform's processes while buyers buy, waits until all has come to its end, and looks what is wrong then. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, without, say, maxClosingMs = 45_000 } = options;
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
  const { maxQuietMs, stableMs, minQuietMs } = options;
  const look = () => findContradictions(books, baseline);
  const {
    wrong: contradictions,
    audit,
    tookMs,
  } = await settle({
    ...{ look, opened, maxQuietMs, stableMs, minQuietMs },
  });
  say(`quiet after ${seconds(tookMs)}`);
  const lies = await findLies(books, baseline, attempts);
  say(`${fleet.lines().filter((line) => line === twiceLine).length} events twice`);
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
    contradictions,
    audit,
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

/** With the lines of its stack. */
const isError = (line: string) => / ERROR |^\s+at |Error:/.test(line);
const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
