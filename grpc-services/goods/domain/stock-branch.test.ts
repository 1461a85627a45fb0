import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import type { Participant } from '@tiffin/lib/tcc/participant';
import {
  type BranchOutcome,
  type BranchStep,
  branchOrders,
  branchOutcome,
} from '@tiffin/lib/testing/branch-orders';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { insertGoods } from '../data/goods-store.ts';
import { moveStock } from '../data/move-stock.ts';
import { createGoodsTestBed, type GoodsTestBed, shopId } from '../goods-test-bed.ts';
import { assertLedgerTells, assertOrdersBalance, readUnits } from '../stock-ledger-check.ts';
import { batchGetReservations } from './batch-get-reservations.ts';
import { deductStock } from './deduct-stock.ts';
import type { GoodsDeps } from './deps.ts';
import { releaseStock } from './release-stock.ts';
import { reserveStock } from './reserve-stock.ts';

let bed: GoodsTestBed;
before(async () => {
  bed = await createGoodsTestBed();
});
after(() => bed.stop());

const own = callBy(ownProcess);
const initialUnits = 10;
const quantity = 3;
let lastId = 0;

for (const endings of [['confirm'], ['cancel'], ['confirm', 'cancel']] as const) {
  test(`try and ${endings.join(' and ')} in any order, each up to twice: the stock's part happens once or not at all`, async () => {
    for (const order of branchOrders(...endings)) {
      const { orderId, goodsId, answers } = await run(bed.deps, order);
      const outcome = branchOutcome(order);
      assert.deepEqual(answers, outcome.answers, order.join());
      assert.deepEqual(await readUnits(bed.deps.database, goodsId), unitsAfter(outcome), order.join());
      assert.deepEqual(await batchGetReservations(bed.deps, own, [orderId]), [outcome.state], order.join());
      const entries = await assertLedgerTells(bed.deps.database, goodsId);
      const kinds = entries.map(({ kind }) => kind);
      assert.deepEqual(kinds, ['ADJUST', ...kindsAfter(order, outcome)], order.join());
    }
    await assertOrdersBalance(bed.deps.database);
  });
}

test('the control: without the barrier only the orders in which nothing is late or repeated come out right', async () => {
  const { database } = bed.deps;
  const atOnce: Participant['try'] = (_, call, work) => database.transaction(work, call);
  const branches = { try: atOnce, confirm: atOnce, cancel: atOnce, states: bed.deps.branches.states };
  for (const [ending, right] of [
    ['confirm', ['try', 'try,confirm']],
    // A cancel alone finds nothing to free, however often it comes.
    ['cancel', ['try', 'try,cancel', 'cancel', 'cancel,cancel']],
  ] as const) {
    const found: string[] = [];
    for (const order of branchOrders(ending)) {
      const { goodsId, answers } = await run({ ...bed.deps, branches }, order);
      const outcome = branchOutcome(order);
      const units = await readUnits(database, goodsId);
      const isRight =
        String(answers) === String(outcome.answers) &&
        JSON.stringify(units) === JSON.stringify(unitsAfter(outcome));
      if (isRight) found.push(order.join());
    }
    assert.deepEqual(new Set(found), new Set(right));
  }
});

/** Makes the calls one after the other for a new order of new goods. */
async function run(deps: GoodsDeps, order: readonly BranchStep[]) {
  const [orderId, goodsId] = [String(++lastId), await addGoods()];
  const call = {
    try: () => reserveStock(deps, own, orderId, [{ goodsId, quantity }]),
    confirm: () => deductStock(deps, own, orderId),
    cancel: () => releaseStock(deps, own, orderId),
  };
  const answers: string[] = [];
  for (const step of order) {
    const answer = await call[step]().then(
      () => 'done',
      (error) => (error instanceof AppError ? error.code : String(error)),
    );
    answers.push(answer);
  }
  return { orderId, goodsId, answers };
}

function unitsAfter({ state }: BranchOutcome) {
  const isTaken = state === 'TRIED' || state === 'CONFIRMED';
  return {
    available: isTaken ? initialUnits - quantity : initialUnits,
    frozen: state === 'TRIED' ? quantity : 0,
    sold: state === 'CONFIRMED' ? quantity : 0,
  };
}

function kindsAfter(order: readonly BranchStep[], { answers, state }: BranchOutcome): string[] {
  const wasHeld = order.some((step, index) => step === 'try' && answers[index] === 'done');
  if (!wasHeld) return [];
  if (state === 'TRIED') return ['RESERVE'];
  return ['RESERVE', state === 'CONFIRMED' ? 'DEDUCT' : 'RELEASE'];
}

async function addGoods(): Promise<string> {
  const id = String(++lastId);
  const price = { amountCents: 100, currency: 'EUR' };
  const bread = { id, shopId, name: 'Bread', description: '', price, categoryIds: [] };
  const em = bed.deps.database.fork();
  await insertGoods(em, { ...bread, available: 0, version: 1 });
  const move = { goodsId: id, delta: initialUnits, reason: 'Count', actorId: undefined, atMs: 0 };
  await moveStock(em, move, initialUnits);
  return id;
}
