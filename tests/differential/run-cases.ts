import { print } from 'graphql';
import { type Case, caseSeed, randomCase } from './case.ts';
import { type Comparison, compareOutcomes } from './compare-outcomes.ts';
import { type Coverage, countFeatures } from './coverage.ts';
import type { ExecutorPair, Observed } from './executor-pair.ts';
import { narrowFragments } from './narrow-fragments.ts';
import { type CheckedRequest, checkRequest } from './random-operation.ts';
import type { WorldOptions } from './random-world.ts';

export interface RunCasesOptions {
  readonly pair: ExecutorPair;
  readonly supergraph: string;
  readonly runSeed: number;
  /** The first case, counted from 0. Default 0. */
  readonly from?: number;
  readonly cases: number;
  /** Failing cases after which the run ends. Default 1. */
  readonly maxFailures?: number;
}

export interface RunReport {
  readonly cases: number;
  readonly failures: readonly Case[];
  readonly coverage: Coverage;
}

/** Runs random cases of one supergraph until enough of them failed. */
export async function runCases(options: RunCasesOptions): Promise<RunReport> {
  const { pair, supergraph, runSeed, from = 0, cases, maxFailures = 1 } = options;
  const failures: Case[] = [];
  const coverage: Coverage = new Map();
  let ran = 0;
  while (ran < cases && failures.length < maxFailures) {
    const next = randomCase(pair, supergraph, caseSeed(runSeed, supergraph, from + ran++));
    const comparison = await compareCase(pair, next, coverage);
    if (comparison.differences.length > 0) failures.push(next);
  }
  return { cases: ran, failures, coverage };
}

/** @throws Error where the request is not valid against the pair's schema. */
export async function compareCase(
  pair: ExecutorPair,
  { request, world }: Case,
  coverage?: Coverage,
): Promise<Comparison> {
  const checked = checkRequest(pair.schema, request);
  if (!checked) throw new Error(`The request is not valid: ${request.text}`);
  const observed = await pair.run(checked, world);
  const plan = pair.lastPlan();
  let comparison = compareOutcomes(pair, checked, observed);
  if (comparison.differences.length > 0) {
    comparison = (await compareOtherwise(pair, checked, world, observed.candidate)) ?? comparison;
  }
  if (coverage) countFeatures(coverage, checked, plan, observed, comparison);
  return comparison;
}

/**
 * The comparison with the oracle kept away from two of its bugs, by asking it in another way; undefined where that
 * does not explain the difference.
 */
async function compareOtherwise(
  pair: ExecutorPair,
  request: CheckedRequest,
  world: WorldOptions,
  candidate: Observed,
): Promise<Comparison | undefined> {
  const narrowed = checkRequest(pair.schema, narrowFragments(pair.schema, request));
  const requests: readonly CheckedRequest[] =
    narrowed && narrowed.text !== print(request.document) ? [request, narrowed] : [request];
  const interfaceNames = pair.hasInterfaceObjects
    ? ([undefined, 'resolved', 'dropped'] as const)
    : [undefined];
  for (const names of interfaceNames) {
    for (const otherRequest of requests) {
      const otherWorld: WorldOptions = names ? { ...world, interfaceNames: names } : world;
      const oracle = await pair.runOracle(otherRequest, otherWorld);
      const { differences, applied } = compareOutcomes(pair, request, { oracle, candidate });
      if (differences.length > 0) continue;
      const bugs = new Set(applied);
      if (otherRequest !== request) bugs.add('fragment on a supertype');
      if (names) bugs.add('name of an interface object');
      return { differences, applied: bugs };
    }
  }
  return hasRenamedKeys(pair.lastPlan()) ? compareWithoutFalsyLeaves(pair, request, world) : undefined;
}

const hasRenamedKeys = (plan: unknown) => JSON.stringify(plan ?? null).includes('"KeyRenamer"');

async function compareWithoutFalsyLeaves(
  pair: ExecutorPair,
  request: CheckedRequest,
  world: WorldOptions,
): Promise<Comparison | undefined> {
  const observed = await pair.run(request, { ...world, hasNoFalsyLeaves: true });
  const { differences, applied } = compareOutcomes(pair, request, observed);
  if (differences.length > 0) return undefined;
  return { differences, applied: new Set([...applied, 'renamed falsy value']) };
}
