import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  combinationsOf,
  everyFate,
  localFatesOf,
  type ModelSchedule,
  singleFates,
  tuplesOf,
} from './testing/model-schedules.ts';
import { type ModelOutcome, runModel, type Without } from './testing/run-model.ts';

/**
 * Every schedule of small transactions, run on the product's coordinator, second phase, recovery and barrier; only rows,
 * network and clock are models, and the rows keep the contracts that the SQL ones keep.
 *
 * - Two branches: every pair of fates (seven of a try, six of the first confirm or cancel), everything that the local
 *   change may come to, and a crash of the coordinating process at every step it takes: before and after each
 *   statement, call and commit, or none.
 * - The same with a second crash, of the process that recovers, at every step of its own; at most one fault a branch.
 * - Three branches: at most one fault a branch, and one crash at every step. Nothing is lost by that: branches share
 *   no data, and the coordinator looks at them only by "did all answer" and "who has not answered", so whatever two
 *   faults of one branch can do to it shows with two branches already.
 *
 * The last two take branches in one order only. They are all called in the same turn and none knows of another, so
 * exchanging two fates exchanges two names; that this is so, the first shows, which has both orders.
 * Where a try is not heard the order never comes into being, so there is one thing for the local change to come to.
 */

interface Report {
  schedules: number;
  slowestMs: number;
  /** Schedules in which something is that must not be, and the first of them in words. */
  broken: number;
  first: string;
}

function note(report: Report, schedule: ModelSchedule, outcome: ModelOutcome): void {
  const { tookMs = 0, violations } = outcome;
  report.schedules++;
  report.slowestMs = Math.max(report.slowestMs, tookMs);
  if (violations.length === 0) return;
  if (report.broken++ === 0) report.first = `${JSON.stringify(schedule)}: ${violations.join('; ')}`;
}

/** Runs each schedule of these branches without a crash, then with one at each step; `crashes` of them, one after the other. */
async function runAll(
  tuples: Iterable<ModelSchedule['branches']>,
  crashes: 1 | 2,
  without?: Without,
): Promise<Report> {
  const report: Report = { schedules: 0, slowestMs: 0, broken: 0, first: '' };
  const run = async (schedule: ModelSchedule) => {
    const outcome = await runModel(schedule, without);
    note(report, schedule, outcome);
    return outcome;
  };
  for (const branches of tuples) {
    for (const local of localFatesOf(branches)) {
      const { steps } = await run({ branches, local });
      for (let crashStep = 0; crashStep < steps; crashStep++) {
        const { recoverySteps } = await run({ branches, local, crashStep });
        if (crashes === 1) continue;
        for (let recoveryCrashStep = 0; recoveryCrashStep < recoverySteps; recoveryCrashStep++) {
          await run({ branches, local, crashStep, recoveryCrashStep });
        }
      }
    }
  }
  return report;
}

describe('every schedule of small transactions', () => {
  const startedMs = performance.now();

  for (const { what, tuples, crashes, atLeast } of [
    { what: 'two branches, a crash', tuples: tuplesOf(everyFate, 2), crashes: 1, atLeast: 45_000 },
    {
      what: 'two branches, two crashes',
      tuples: combinationsOf(singleFates, 2),
      crashes: 2,
      atLeast: 40_000,
    },
    { what: 'three branches, a crash', tuples: combinationsOf(singleFates, 3), crashes: 1, atLeast: 15_000 },
  ] as const) {
    it(`ends well: ${what}`, async (t) => {
      const report = await runAll(tuples, crashes);
      const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
      t.diagnostic(
        `${what}: ${report.schedules} schedules, the slowest ended after ${report.slowestMs} ms of virtual time; ${seconds} s so far`,
      );
      assert.ok(report.schedules >= atLeast);
      assert.equal(report.broken, 0, `${report.broken} of ${report.schedules}, the first ${report.first}`);
    });
  }

  /** What must go wrong where a mechanism is missing, or the schedules would prove nothing. */
  for (const { without, expected } of [
    { without: { barrier: true }, expected: /did|spent|holds/ },
    { without: { recovery: true }, expected: /TRYING|CONFIRMING|CANCELLING/ },
    { without: { decisionInside: true }, expected: /PREPARED, and the order is (PAID|CANCELLED)/ },
  ] as const) {
    const [mechanism] = Object.keys(without);
    it(`control: without ${mechanism} some do not`, async (t) => {
      const report = await runAll(tuplesOf(singleFates, 2), 1, without);
      t.diagnostic(`${report.broken} of ${report.schedules} broken, the first ${report.first}`);
      assert.ok(report.broken > 0);
      assert.match(report.first, expected);
    });
  }
});
