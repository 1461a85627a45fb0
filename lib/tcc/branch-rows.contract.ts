import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { AppError } from '../errors/app-error.ts';
import { type BranchStep, branchOrders, branchOutcome } from '../testing/branch-orders.ts';
import { cancelBranch, confirmBranch, tryBranch } from './barrier.ts';
import type { BranchId, BranchRows, BranchState } from './branch-rows.ts';

/** A participant's rows under test, and the effects of its branches. */
export interface BranchBed {
  /** `effect` writes down that a step did something, in the same transaction. */
  transaction<Result>(
    work: (rows: BranchRows, effect: (id: BranchId, step: BranchStep) => Promise<void>) => Promise<Result>,
  ): Promise<Result>;
  effects(id: BranchId): Promise<BranchStep[]>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

const operations = { try: tryBranch, confirm: confirmBranch, cancel: cancelBranch };
const branch = (transactionId: number | string): BranchId => ({
  transactionId: String(transactionId),
  branch: 'stock',
});

/** What the rows of branches do on every engine, and the barrier upon them. */
export function describeBranchRows(engine: string, open: () => Promise<BranchBed>): void {
  describe(`branch rows ${engine}`, () => {
    let bed: BranchBed;
    before(async () => {
      bed = await open();
    });
    after(() => bed.stop());
    beforeEach(() => bed.clear());

    const once = <Result>(work: (rows: BranchRows) => Promise<Result>) =>
      bed.transaction((rows) => work(rows));
    const stateOf = (id: BranchId) => once((rows) => rows.find(id));
    /** A step as a participant takes it. Resolves to what it answers. */
    const take = (id: BranchId, step: BranchStep) =>
      bed
        .transaction((rows, effect) => operations[step](rows, id, () => effect(id, step)))
        .then(
          () => 'done' as const,
          (error: unknown) => {
            assert.ok(AppError.is(error, 'TRANSACTION_ENDED'), String(error));
            return error.code;
          },
        );

    it('inserts a row once, for each transaction and branch', async () => {
      assert.equal(await once((rows) => rows.insert(branch(1), 'TRIED')), true);
      assert.equal(await once((rows) => rows.insert(branch(1), 'CANCELLED')), false);
      assert.equal(await stateOf(branch(1)), 'TRIED');
      const other = { transactionId: '1', branch: 'funds' };
      assert.equal(await stateOf(other), undefined);
      assert.equal(await once((rows) => rows.insert(other, 'CANCELLED')), true);
      assert.equal(await stateOf(branch(2)), undefined);
    });

    it('advances a row that is where it is said to be', async () => {
      await once((rows) => rows.insert(branch(1), 'TRIED'));
      assert.equal(await once((rows) => rows.advance(branch(1), 'CONFIRMED', 'CANCELLED')), false);
      assert.equal(await once((rows) => rows.advance(branch(1), 'TRIED', 'CONFIRMED')), true);
      assert.equal(await once((rows) => rows.advance(branch(1), 'TRIED', 'CONFIRMED')), false);
      assert.equal(await once((rows) => rows.advance(branch(2), 'TRIED', 'CONFIRMED')), false);
      assert.equal(await stateOf(branch(1)), 'CONFIRMED');
    });

    it('keeps nothing of a transaction that rolls back', async () => {
      const failing = once(async (rows) => {
        await rows.insert(branch(1), 'TRIED');
        await rows.advance(branch(1), 'TRIED', 'CANCELLED');
        throw new Error('out of flour');
      });
      await assert.rejects(failing, /out of flour/);
      assert.equal(await stateOf(branch(1)), undefined);
    });

    it('lets one of many twins insert, and of those who advance it', async () => {
      const twins = <Result>(work: (rows: BranchRows) => Promise<Result>) =>
        Promise.all(Array.from({ length: 8 }, () => once(work)));
      const inserted = await twins((rows) => rows.insert(branch(1), 'TRIED'));
      assert.equal(inserted.filter(Boolean).length, 1);
      const advanced = await twins((rows) => rows.advance(branch(1), 'TRIED', 'CANCELLED'));
      assert.equal(advanced.filter(Boolean).length, 1);
    });

    it('holds once and spends or frees once, in every order of calls', async () => {
      const orders = branchOrders('confirm', 'cancel');
      for (const [index, order] of orders.entries()) {
        const id = branch(index + 1);
        const answers: string[] = [];
        for (const step of order) answers.push(await take(id, step));
        const outcome = branchOutcome(order);
        assert.deepEqual(answers, outcome.answers, order.join(', '));
        assert.equal(await stateOf(id), outcome.state, order.join(', '));
        assert.deepEqual(await bed.effects(id), effectsOf(order, outcome.state), order.join(', '));
      }
      assert.ok(orders.length >= 270);
    });

    it('holds once and spends or frees once, when the calls arrive at the same time', async () => {
      for (let n = 1; n <= 40; n++) {
        const steps: BranchStep[] = ['try', 'cancel', 'try', n % 2 ? 'confirm' : 'cancel'];
        await Promise.all(
          [...steps.slice(n % 4), ...steps.slice(0, n % 4)].map((step) => take(branch(n), step)),
        );
        const state = await stateOf(branch(n));
        assert.ok(state === 'CONFIRMED' || state === 'CANCELLED', `${n}: ${state}`);
        const effects = (await bed.effects(branch(n))).sort();
        const expected =
          state === 'CONFIRMED' ? ['confirm', 'try'] : effects.length === 0 ? [] : ['cancel', 'try'];
        assert.deepEqual(effects, expected, `${n}: ${state}`);
      }
    });
  });
}

/** What happened to the holdings: a try that was not preceded by a cancel, and what ended it. */
function effectsOf(order: readonly BranchStep[], state: BranchState | undefined): BranchStep[] {
  const tried = order.indexOf('try');
  const cancelled = order.indexOf('cancel');
  if (tried < 0 || (cancelled >= 0 && cancelled < tried)) return [];
  if (state === 'TRIED') return ['try'];
  return ['try', state === 'CONFIRMED' ? 'confirm' : 'cancel'];
}
