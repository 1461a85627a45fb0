import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { Participant } from '@tiffin/lib/tcc/participant';
import { type BranchStep, branchOrders, branchOutcome } from '@tiffin/lib/testing/branch-orders';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { type ActivityTestBed, createActivityTestBed } from '../activity-test-bed.ts';
import { auditFlashSales } from './audit-flash-sales.ts';
import { batchGetClaims } from './batch-get-claims.ts';
import { claimUnit } from './claim-unit.ts';
import type { ActivityDeps } from './deps.ts';
import { returnUnit } from './return-unit.ts';
import { sellUnit } from './sell-unit.ts';

let bed: ActivityTestBed;
before(async () => {
  bed = await createActivityTestBed();
});
after(() => bed.stop());

const own = callBy(ownProcess);
/** What becomes of the only unit and of its ticket. */
const expected = {
  NONE: ['QUEUED', 1, 0, 0],
  TRIED: ['ORDERED', 0, 1, 0],
  CONFIRMED: ['SOLD', 0, 0, 1],
  CANCELLED: ['RETURNED', 1, 0, 0],
} as const;
let lastId = 0;

for (const endings of [['confirm'], ['cancel'], ['confirm', 'cancel']] as const) {
  test(`try and ${endings.join(' and ')} in any order, each up to twice: the unit moves once or not at all`, async () => {
    for (const order of branchOrders(...endings)) {
      const { orderId, found, answers, moves } = await run(bed.deps, order);
      const outcome = branchOutcome(order);
      assert.deepEqual(answers, outcome.answers, order.join());
      assert.deepEqual(found, expectedOf(order), order.join());
      assert.deepEqual(await batchGetClaims(bed.deps, own, [orderId]), [outcome.state], order.join());
      // Each move is told when it has happened, and no repetition is.
      assert.deepEqual(
        moves.length,
        found[0] === 'QUEUED' ? 0 : found[0] === 'ORDERED' ? 1 : 2,
        order.join(),
      );
      assert.equal(moves.at(-1) ?? 'QUEUED', found[0]);
    }
    assert.deepEqual(await allFindings(auditFlashSales(bed.deps)), []);
  });
}

test('the control: without the barrier only the orders in which nothing is late or repeated come out right', async () => {
  const { database } = bed.deps;
  const atOnce: Participant['try'] = (_, call, work) => database.transaction(work, call);
  const claims = { try: atOnce, confirm: atOnce, cancel: atOnce, states: bed.deps.claims.states };
  for (const [ending, right] of [
    ['confirm', ['try', 'try,confirm']],
    ['cancel', ['try', 'try,cancel']],
  ] as const) {
    const found: string[] = [];
    for (const order of branchOrders(ending)) {
      const { found: units, answers } = await run({ ...bed.deps, claims }, order);
      const isRight =
        String(answers) === String(branchOutcome(order).answers) &&
        String(units) === String(expectedOf(order));
      if (isRight) found.push(order.join());
    }
    assert.deepEqual(new Set(found), new Set(right));
  }
});

/** Makes the calls one after the other for a new order and a flash sale of one unit. */
async function run(deps: ActivityDeps, order: readonly BranchStep[]) {
  const orderId = String(++lastId);
  const flashSaleId = await bed.addFlashSale({}, 1);
  const ticketId = await bed.addTicket(flashSaleId, '1');
  const moves: string[] = [];
  const told = { ...deps, ticketMoved: ({ status }: { status: string }) => void moves.push(status) };
  const call = {
    try: () => claimUnit(told, own, { orderId, ticketId }),
    confirm: () => sellUnit(told, own, orderId),
    cancel: () => returnUnit(told, own, orderId),
  };
  const answers: string[] = [];
  for (const step of order) {
    const answer = await call[step]().then(
      () => 'done',
      (error) => (AppError.is(error, 'TRANSACTION_ENDED') ? error.code : String(error)),
    );
    answers.push(answer);
  }
  const { left, reserved, sold } = await bed.getFlashSale(flashSaleId);
  const { status } = await bed.getTicket(ticketId);
  return { orderId, answers, moves, found: [status, left, reserved, sold] };
}

function expectedOf(order: readonly BranchStep[]) {
  const { state } = branchOutcome(order);
  // A cancel before the try leaves the ticket in the queue: it was never claimed.
  const wasTried = order.includes('try') && branchOutcome(order).answers[order.indexOf('try')] === 'done';
  return [...expected[wasTried && state ? state : 'NONE']];
}
