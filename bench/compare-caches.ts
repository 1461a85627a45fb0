import assert from 'node:assert/strict';
import type { PreparedOperation } from '@tiffin/gateway/executor';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { BenchCase } from './bench-case.ts';
import { warmUpRounds } from './bench-options.ts';
import { type CountedPlatform, startCountedPlatform } from './counted-platform.ts';
import { collectGarbage, cpuMicroseconds, type Spread, spreadOf } from './cpu-time.ts';
import { lookUp } from './record-answers.ts';

/** The settings of CACHE. */
export type CacheUse = 'off' | 'shared' | 'on';

export const cacheUses: readonly CacheUse[] = ['off', 'shared', 'on'];

/** What a request costs. */
export interface CacheCost {
  /** Of all threads of this process, in µs. */
  readonly cpu: Spread;
  /** Its share of that without a cache. */
  readonly ratio: number;
  readonly statements: Spread;
  /** One more wherever what could have been asked together came too late for it. */
  readonly roundTrips: Spread;
}

export interface CacheComparison {
  readonly name: string;
  readonly costs: Readonly<Record<CacheUse, CacheCost>>;
}

export interface CacheBenchOptions {
  readonly rounds: number;
  readonly requestsPerRound: number;
}

/** A platform, and one operation that it is asked for. */
interface Contender {
  readonly use: CacheUse;
  readonly platform: CountedPlatform;
  readonly prepared: PreparedOperation;
  /** Of a request, by round, like the next two. */
  readonly cpu: number[];
  readonly statements: number[];
  readonly roundTrips: number[];
}

/** Runs each operation on a platform without a cache, one with Redis alone, and one with both parts, in turn. */
export async function compareCaches(
  cases: readonly BenchCase[],
  env: Record<string, string>,
  options: CacheBenchOptions,
): Promise<CacheComparison[]> {
  await using platforms = new AsyncDisposableStack();
  const started: [CacheUse, CountedPlatform][] = [];
  for (const use of cacheUses)
    started.push([use, platforms.use(await startCountedPlatform({ ...env, CACHE: use }))]);
  const comparisons: CacheComparison[] = [];
  for (const benchCase of cases) {
    const contenders: Contender[] = [];
    for (const [use, platform] of started) {
      const { prepared } = await lookUp(platform.operations, benchCase);
      contenders.push({ use, platform, prepared, cpu: [], statements: [], roundTrips: [] });
    }
    await assertSameAnswers(benchCase, contenders);
    comparisons.push({ name: benchCase.name, costs: await compete(contenders, options) });
  }
  return comparisons;
}

const answer = async ({ prepared, platform }: Contender) =>
  JSON.stringify(await prepared.run({}, platform.call, new OperationScope()));

/** Each platform has demo data of its own, which differs in nothing but its times. */
async function assertSameAnswers({ name }: BenchCase, contenders: readonly Contender[]): Promise<void> {
  const answers = new Set<string>();
  for (const contender of contenders)
    answers.add((await answer(contender)).replace(/"placedAt":"[^"]*"/g, '"placedAt":""'));
  const [first = ''] = answers;
  assert.ok(answers.size === 1 && !first.includes('"errors"'), `${name}: the platforms answer differently`);
}

/** Rounds take turns, so that whatever else the machine does meets all; and each is the first as often. */
async function compete(
  contenders: readonly Contender[],
  { rounds, requestsPerRound }: CacheBenchOptions,
): Promise<CacheComparison['costs']> {
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + warmUpRounds + turn) % contenders.length] as Contender;
      await collectGarbage();
      await runRound(contender, requestsPerRound, round >= 0);
    }
  }
  const costOf = (wanted: CacheUse): Omit<CacheCost, 'ratio'> => {
    const found = contenders.find(({ use }) => use === wanted);
    if (!found) throw new Error(`${wanted} was not measured.`);
    const { cpu, statements, roundTrips } = found;
    return {
      cpu: spreadOf(cpu),
      statements: spreadOf(statements),
      roundTrips: spreadOf(roundTrips),
    };
  };
  const off = costOf('off').cpu.median;
  const withRatio = (use: CacheUse): CacheCost => {
    const cost = costOf(use);
    return { ...cost, ratio: cost.cpu.median / off };
  };
  return { off: withRatio('off'), shared: withRatio('shared'), on: withRatio('on') };
}

async function runRound(contender: Contender, requests: number, isMeasured: boolean): Promise<void> {
  const { counts } = contender.platform;
  const before = { ...counts };
  const total = await cpuMicroseconds(async () => {
    for (let request = 0; request < requests; request++) await answer(contender);
  });
  if (!isMeasured) return;
  contender.cpu.push(total / requests);
  contender.statements.push((counts.statements - before.statements) / requests);
  contender.roundTrips.push((counts.roundTrips - before.roundTrips) / requests);
}
