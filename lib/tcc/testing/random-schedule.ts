import { DemoRandom } from '../../demo/demo-random.ts';
import { type BranchFate, endFates, tryFates } from './fates.ts';
import { type LocalFate, localFates } from './model-schedules.ts';

export const branchNames = ['stock', 'coupon', 'funds'] as const;
export type BranchName = (typeof branchNames)[number];

export interface RandomSchedule {
  /** Counted from 0; the transaction's id is one more. */
  readonly number: number;
  readonly fates: Readonly<Record<BranchName, BranchFate>>;
  /** What each takes; those that are left out take no part. */
  readonly amounts: Readonly<Record<BranchName, number | undefined>>;
  readonly local: LocalFate;
  /** The step that the coordinating process does not survive; infinite where it lives. */
  readonly crashStep: number;
}

/** About as many as a transaction of three branches takes in all. */
const MAX_STEPS = 34;

/** The n-th schedule of a seed; it does not depend on those before. */
export function randomSchedule(seed: number, number: number): RandomSchedule {
  const random = DemoRandom.of(`tcc-${seed}`, number);
  const fate = (): BranchFate => ({
    try: random.next() < 0.75 ? 'ok' : random.pick(tryFates),
    end: random.next() < 0.6 ? 'ok' : random.pick(endFates),
  });
  const maybe = (amount: number) => (random.next() < 0.6 ? amount : undefined);
  return {
    number,
    fates: { stock: fate(), coupon: fate(), funds: fate() },
    amounts: { stock: random.between(1, 5), coupon: maybe(1), funds: maybe(random.between(1, 9_999)) },
    local: random.next() < 0.5 ? 'paid' : random.pick(localFates),
    crashStep: random.next() < 0.6 ? random.between(0, MAX_STEPS) : Number.POSITIVE_INFINITY,
  };
}
