import type { ExecutionResult } from 'graphql';
import { compareErrors, type PlainError } from './compare-errors.ts';
import type { ExecutorPair, ObservedPair, Outcome } from './executor-pair.ts';
import type { KnownOracleBugName } from './known-oracle-bugs.ts';
import type { CheckedRequest } from './random-operation.ts';
import { canonicalJson } from './random-world.ts';
import { createSkipCheck } from './skip-check.ts';
import { followsSpecOrder } from './spec-order.ts';

export interface Comparison {
  /** What differs, a line each; nothing where the two agree. */
  readonly differences: readonly string[];
  /** The known bugs of the oracle that were needed to let the case pass. */
  readonly applied: ReadonlySet<KnownOracleBugName>;
}

/** A result as a client receives it. */
interface PlainResult {
  readonly data?: unknown;
  readonly errors?: readonly PlainError[];
  readonly extensions?: { readonly valueCompletion?: readonly PlainError[] };
}

export function compareOutcomes(
  { schema, hasInterfaceObjects }: Pick<ExecutorPair, 'schema' | 'hasInterfaceObjects'>,
  request: CheckedRequest,
  { oracle, candidate }: ObservedPair,
): Comparison {
  const differences: string[] = [];
  const applied = new Set<KnownOracleBugName>();
  const theirs = plain(oracle.outcome);
  const ours = plain(candidate.outcome);
  if (typeof theirs === 'string' && theirs.endsWith('value.flatMap is not a function')) {
    const isSound = typeof ours !== 'string' && followsSpecOrder(schema, request, ours.data);
    if (isSound) return { differences, applied: applied.add('path through another type') };
  }
  if (typeof theirs === 'string' || typeof ours === 'string') {
    if (typeof theirs !== 'string') differences.push(`Only the candidate throws: ${ours}`);
    else if (typeof ours !== 'string') differences.push(`Only the oracle throws: ${theirs}`);
    else if (plannerFailure.test(theirs) && plannerFailure.test(ours)) applied.add('planner fails');
    else if (!tooComplex.test(theirs)) differences.push(`Both throw: ${theirs} and ${ours}`);
    else applied.add('too complex for the planner');
    return { differences, applied };
  }
  const completion = theirs.extensions?.valueCompletion ?? [];
  const ourData = ours.data;
  if (canonicalJson(theirs.data) !== canonicalJson(ourData)) {
    differences.push(firstDifference(theirs.data, ourData));
  } else if (followsSpecOrder(schema, request, ourData)) {
    if (JSON.stringify(theirs.data) !== JSON.stringify(ourData)) applied.add('order of fields');
  } else if (hasInterfaceObjects && followsSpecOrder(schema, request, ourData, true)) {
    applied.add('object of an unknown type');
  } else {
    differences.push('The order or the set of the fields is not what CollectFields gives.');
  }
  if (ours.extensions?.valueCompletion) differences.push('Completion errors stand in extensions.');
  if (completion.length > 0) applied.add('completion errors in extensions');
  if (theirs.errors?.some((error) => withClientNames(error) !== error))
    applied.add('internal name in a path');
  const isBroken = candidate.world.options.brokenRate > 0;
  const errors = compareErrors({
    oracle: [...(theirs.errors ?? []), ...completion].map(withClientNames),
    ours: ours.errors ?? [],
    ourData,
    isSkipped: createSkipCheck(schema, request),
    hasDroppedCompletion: (theirs.errors?.length ?? 0) > 0,
    isBroken,
  });
  for (const name of errors.applied) applied.add(name);
  return { differences: [...differences, ...errors.differences], applied };
}

/** Apollo's limits, which both executors share. */
const tooComplex =
  /Exceeded maximum recursive selections|Number of non-local selections exceeds|Too many options generated for/;

const plannerFailure = /would create a cycle/;

const internalName = /__alias_\d+$/;

function withClientNames(error: PlainError): PlainError {
  const isInternal = (part: string | number) => typeof part === 'string' && internalName.test(part);
  if (!error.path?.some(isInternal)) return error;
  const path = error.path.map((part) => (typeof part === 'string' ? part.replace(internalName, '') : part));
  return { ...error, path };
}

/** The JSON of a result, or what was thrown. */
export function plain(outcome: Outcome): PlainResult | string {
  if ('thrown' in outcome) return String(outcome.thrown);
  const { errors, ...rest }: ExecutionResult = outcome.result;
  // Apollo reports some errors as they were thrown; JSON would leave nothing of those.
  const plainErrors = errors?.map(({ message, path, extensions }) => ({ message, path, extensions }));
  return JSON.parse(JSON.stringify({ ...rest, errors: plainErrors }));
}

/** The first place, by path, at which two values differ. */
function firstDifference(oracle: unknown, ours: unknown, path = 'data'): string {
  const areObjects = [oracle, ours].every((value) => typeof value === 'object' && value !== null);
  if (areObjects && Array.isArray(oracle) === Array.isArray(ours)) {
    const [left, right] = [oracle as Record<string, unknown>, ours as Record<string, unknown>];
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      if (canonicalJson(left[key]) !== canonicalJson(right[key])) {
        return firstDifference(left[key], right[key], `${path}.${key}`);
      }
    }
  }
  return `${path}: the oracle has ${canonicalJson(oracle)}, ours ${canonicalJson(ours)}`;
}
