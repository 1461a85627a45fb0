import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { Participant } from '@tiffin/lib/tcc/participant';
import {
  type BranchOutcome,
  type BranchStep,
  branchOrders,
  branchOutcome,
} from '@tiffin/lib/testing/branch-orders';
import {
  type AccountTestBed,
  callByService,
  centsOf,
  createAccountTestBed,
  eur,
  registeredWith,
} from './account-test-bed.ts';
import { auditWallets } from './domain/audit-wallets.ts';
import { batchGetHolds } from './domain/batch-get-holds.ts';
import { captureFunds } from './domain/capture-funds.ts';
import type { AccountDeps } from './domain/deps.ts';
import { holdFunds } from './domain/hold-funds.ts';
import { releaseFunds } from './domain/release-funds.ts';

let bed: AccountTestBed;
before(async () => {
  bed = await createAccountTestBed();
});
after(() => bed.stop());

const initialCents = 1_000;
const amountCents = 300;
let lastOrderId = 0;

for (const endings of [['confirm'], ['cancel'], ['confirm', 'cancel']] as const) {
  test(`try and ${endings.join(' and ')} in any order, each up to twice: the wallet's part happens once or not at all`, async () => {
    for (const order of branchOrders(...endings)) {
      const { orderId, user, answers } = await run(bed.deps, order);
      const outcome = branchOutcome(order);
      assert.deepEqual(answers, outcome.answers, order.join());
      assert.deepEqual(await centsOf(bed, user.id), centsAfter(outcome), order.join());
      assert.deepEqual(await batchGetHolds(bed.deps, callByService, [orderId]), [outcome.state]);
      assert.deepEqual(await movementsOf(orderId), movementsAfter(order, outcome), order.join());
    }
    assert.deepEqual(await allFindings(auditWallets(bed.deps)), []);
  });
}

test('an order that ended holds nothing, and what was not captured is all available', async () => {
  const ended = branchOrders('confirm', 'cancel').filter((order) => {
    const { state } = branchOutcome(order);
    return state === 'CONFIRMED' || state === 'CANCELLED';
  });
  assert.ok(ended.length > 200);
  for (const order of ended) {
    const { orderId, user } = await run(bed.deps, order);
    const { available, held } = await centsOf(bed, user.id);
    const captured = (await movementsOf(orderId)).includes('CAPTURED') ? amountCents : 0;
    assert.deepEqual([available + captured, held], [initialCents, 0], order.join());
  }
});

test('the control: without the barrier only the orders in which nothing is late or repeated come out right', async () => {
  const { database } = bed.deps;
  const atOnce: Participant['try'] = (_, call, work) => database.transaction(work, call);
  const branches = { try: atOnce, confirm: atOnce, cancel: atOnce, states: bed.deps.branches.states };
  for (const [ending, right] of [
    ['confirm', ['try', 'try,confirm']],
    ['cancel', ['try', 'try,cancel']],
  ] as const) {
    const found: string[] = [];
    for (const order of branchOrders(ending)) {
      const { user, answers } = await run({ ...bed.deps, branches }, order);
      const outcome = branchOutcome(order);
      const cents = await centsOf(bed, user.id);
      const isRight =
        String(answers) === String(outcome.answers) &&
        JSON.stringify(cents) === JSON.stringify(centsAfter(outcome));
      if (isRight) found.push(order.join());
    }
    assert.deepEqual(new Set(found), new Set(right));
  }
});

/** Makes the calls one after the other for a new order of a new user. */
async function run(deps: AccountDeps, order: readonly BranchStep[]) {
  const { user } = await registeredWith(bed, initialCents);
  const orderId = String(++lastOrderId);
  const call = {
    try: () => holdFunds(deps, callByService, { orderId, userId: user.id, amount: eur(amountCents) }),
    confirm: () => captureFunds(deps, callByService, orderId),
    cancel: () => releaseFunds(deps, callByService, orderId),
  };
  const answers: string[] = [];
  for (const step of order) {
    const answer = await call[step]().then(
      () => 'done',
      (error) => (error instanceof AppError ? error.code : String(error)),
    );
    answers.push(answer);
  }
  return { orderId, user, answers };
}

function centsAfter({ state }: BranchOutcome) {
  const isTaken = state === 'TRIED' || state === 'CONFIRMED';
  return {
    available: isTaken ? initialCents - amountCents : initialCents,
    held: state === 'TRIED' ? amountCents : 0,
  };
}

async function movementsOf(orderId: string): Promise<string[]> {
  const rows = await bed.deps.database.query<{ kind: string }>(
    'select kind from account.ledger_transfer where order_id = ? order by id',
    [orderId],
  );
  return rows.map(({ kind }) => kind);
}

function movementsAfter(order: readonly BranchStep[], { answers, state }: BranchOutcome): string[] {
  const wasHeld = order.some((step, index) => step === 'try' && answers[index] === 'done');
  if (!wasHeld) return [];
  if (state === 'TRIED') return ['HELD'];
  return ['HELD', state === 'CONFIRMED' ? 'CAPTURED' : 'RELEASED'];
}
