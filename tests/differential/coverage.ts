import type { QueryPlan } from '@apollo/query-planner';
import type { Comparison } from './compare-outcomes.ts';
import { plain } from './compare-outcomes.ts';
import type { ObservedPair } from './executor-pair.ts';
import type { CheckedRequest } from './random-operation.ts';
import { canonicalJson } from './random-world.ts';

/** What a run of cases has touched: cases by feature. */
export type Coverage = Map<string, number>;

/** A node of a plan, of whatever kind. */
type PlanPart = Readonly<Record<string, unknown>>;

export function countFeatures(
  coverage: Coverage,
  request: CheckedRequest,
  plan: QueryPlan | undefined,
  observed: ObservedPair,
  comparison: Comparison,
): void {
  const features = new Set([
    ...requestFeatures(request),
    ...planFeatures(plan?.node as PlanPart | undefined),
    ...answerFeatures(observed),
    ...[...comparison.applied].map((name) => `known: ${name}`),
  ]);
  for (const feature of features) coverage.set(feature, (coverage.get(feature) ?? 0) + 1);
}

export function addCoverage(to: Coverage, from: ReadonlyMap<string, number>): void {
  for (const [feature, count] of from) to.set(feature, (to.get(feature) ?? 0) + count);
}

/** A table, most frequent first. */
export function describeCoverage(coverage: Coverage, cases: number): string {
  const rows = [...coverage].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return rows
    .map(
      ([feature, n]) =>
        `${String(n).padStart(7)}  ${((100 * n) / cases).toFixed(1).padStart(5)} %  ${feature}`,
    )
    .join('\n');
}

function* requestFeatures({ text, node, variables }: CheckedRequest): Generator<string> {
  yield `request: ${node.operation}`;
  if (/\.\.\.\s+on /.test(text)) yield 'request: inline fragment';
  if (/^fragment /m.test(text)) yield 'request: named fragment';
  if (/@(skip|include)\(if: \$/.test(text)) yield 'request: condition by variable';
  if (/@(skip|include)\(if: (true|false)/.test(text)) yield 'request: condition by literal';
  if (/\b(constructor|toString|__proto__|hasOwnProperty|valueOf): /.test(text)) yield 'request: odd alias';
  if (/\w+: __typename/.test(text)) yield 'request: aliased __typename';
  if (/__schema|__type\(/.test(text)) yield 'request: introspection';
  if ((node.variableDefinitions ?? []).some(({ defaultValue }) => defaultValue)) {
    yield 'request: variable with default';
  }
  const names = (node.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  if (names.some((name) => !(name in variables))) yield 'request: omitted variable';
  if (text.startsWith('query Other')) yield 'request: several operations';
}

function* planFeatures(part: PlanPart | undefined, lists = 0): Generator<string> {
  if (!part) return;
  yield `plan: ${part['kind']}`;
  const path = (part['path'] as readonly unknown[] | undefined) ?? [];
  const deeper = lists + path.filter((element) => element === '@').length;
  if (path.some((element, index) => element === '@' && path[index + 1] === '@')) yield 'plan: list of lists';
  if (deeper >= 2) yield 'plan: lists below lists';
  if (part['inputRewrites']) yield 'plan: input rewrites';
  if (part['outputRewrites']) yield 'plan: output rewrites';
  const requires = part['requires'] as readonly { readonly selections?: readonly PlanPart[] }[] | undefined;
  if (requires && requires.length > 1) yield 'plan: representations of several types';
  if (requires?.some(({ selections = [] }) => selections.some((field) => field['selections']))) {
    yield 'plan: nested inputs of an entity';
  }
  const children = [...((part['nodes'] as PlanPart[] | undefined) ?? [])];
  for (const key of ['node', 'ifClause', 'elseClause']) {
    if (part[key]) children.push(part[key] as PlanPart);
  }
  for (const child of children) yield* planFeatures(child, deeper);
}

function* answerFeatures({ candidate: { outcome, world } }: ObservedPair): Generator<string> {
  const result = plain(outcome);
  if (typeof result === 'string') return yield 'answer: thrown';
  const codes = (result.errors ?? []).map(({ extensions }) => extensions?.code);
  yield codes.length > 0 ? 'answer: errors' : 'answer: no error';
  if (codes.includes('INVALID_GRAPHQL')) yield 'answer: completion error';
  if (codes.some((code) => code !== 'INVALID_GRAPHQL')) yield 'answer: error of a subgraph';
  if (result.data === null) yield 'answer: null as a whole';
  if (/null/.test(JSON.stringify(result.data))) yield 'answer: some null';
  if (world.options.isForeign) yield 'world: foreign subgraphs';
  if (world.options.brokenRate > 0) yield 'world: subgraphs that may be down';
  if (world.options.isLive) yield 'world: live objects';
  const entityFetches = world.sent.filter(({ representations }) => representations);
  if (entityFetches.length > 0) yield 'sent: entities';
  if (world.sent.length > 4) yield 'sent: more than four fetches';
  if (entityFetches.some(({ representations }) => hasDuplicate(representations ?? []))) {
    yield 'sent: the same representation twice';
  }
}

const hasDuplicate = (representations: readonly unknown[]) =>
  new Set(representations.map(canonicalJson)).size < representations.length;
