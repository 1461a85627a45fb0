import { type BranchFate, endFates, isHeard, tryFates } from './fates.ts';

/**
 * What the local transactions come to. `aborted`: creating the order fails. `answer lost`: it is created, but its
 * beginner does not hear of it; the customer finds and pays it later.
 */
export const localFates = ['paid', 'cancelled', 'aborted', 'answer lost'] as const;
export type LocalFate = (typeof localFates)[number];

/** All that is left to chance in one transaction. */
export interface ModelSchedule {
  readonly branches: readonly BranchFate[];
  readonly local: LocalFate;
  /** The step that the coordinating process does not survive. */
  readonly crashStep?: number;
  /** The same of the process that recovers first. */
  readonly recoveryCrashStep?: number;
}

export const everyFate: readonly BranchFate[] = tryFates.flatMap((tried) =>
  endFates.map((end) => ({ try: tried, end })),
);

/** At most one fault: in the try, or in what ends it. */
export const singleFates = everyFate.filter((fate) => fate.try === 'ok' || fate.end === 'ok');

/** Every tuple of `count` fates, in order. */
export function tuplesOf(fates: readonly BranchFate[], count: number): BranchFate[][] {
  if (count === 0) return [[]];
  return tuplesOf(fates, count - 1).flatMap((shorter) => fates.map((fate) => [...shorter, fate]));
}

/** The same in whatever order, each once. */
export function combinationsOf(fates: readonly BranchFate[], count: number): BranchFate[][] {
  if (count === 0) return [[]];
  return fates.flatMap((fate, index) =>
    combinationsOf(fates.slice(index), count - 1).map((others) => [fate, ...others]),
  );
}

/** What may become of the order: where a try is not heard, the order never comes into being. */
export function localFatesOf(branches: readonly BranchFate[]): readonly LocalFate[] {
  return branches.every((fate) => isHeard(fate.try)) ? localFates : ['paid'];
}
