import type { BranchState } from '../tcc/branch-rows.ts';

/** What a coordinator calls on a participant's branch. */
export type BranchStep = 'try' | 'confirm' | 'cancel';

/** A coordinator that hears no answer asks once more. */
const MAX_TIMES_EACH = 2;

/**
 * Every order in which a branch's try and `endings` can arrive, each up to twice: all distinct permutations of
 * {try, try, ending, ending, …} and all their beginnings, without the empty one. A late try and a call that got lost
 * are among them. 18 orders for one ending, 270 for both.
 */
export function branchOrders(...endings: Exclude<BranchStep, 'try'>[]): readonly BranchStep[][] {
  const steps: BranchStep[] = ['try', ...endings];
  const longer = (order: BranchStep[]): BranchStep[][] =>
    steps
      .filter((step) => order.filter((taken) => taken === step).length < MAX_TIMES_EACH)
      .map((step) => [...order, step])
      .flatMap((next) => [next, ...longer(next)]);
  return longer([]);
}

/** What a branch must answer to each step of an order, and where it must stand afterwards. */
export interface BranchOutcome {
  readonly answers: readonly ('done' | 'TRANSACTION_ENDED')[];
  /** Undefined where nothing was ever tried or cancelled. */
  readonly state: BranchState | undefined;
}

type Rule = { readonly [Step in BranchStep]: BranchState | 'TRANSACTION_ENDED' };

/** By state: the state that a step leads to. Written as a table, so that it shares no thought with the barrier. */
const RULES: Readonly<Record<BranchState | 'NONE', Rule>> = {
  NONE: { try: 'TRIED', confirm: 'TRANSACTION_ENDED', cancel: 'CANCELLED' },
  TRIED: { try: 'TRIED', confirm: 'CONFIRMED', cancel: 'CANCELLED' },
  CONFIRMED: { try: 'CONFIRMED', confirm: 'CONFIRMED', cancel: 'TRANSACTION_ENDED' },
  CANCELLED: { try: 'TRANSACTION_ENDED', confirm: 'TRANSACTION_ENDED', cancel: 'CANCELLED' },
};

/** What becomes of a branch on which the steps of `order` arrive one after the other. */
export function branchOutcome(order: readonly BranchStep[]): BranchOutcome {
  let state: BranchState | undefined;
  const answers = order.map((step) => {
    const next = RULES[state ?? 'NONE'][step];
    if (next === 'TRANSACTION_ENDED') return next;
    state = next;
    return 'done' as const;
  });
  return { answers, state };
}
