import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';
import { FlashJoins } from '../testing/flash-joins.ts';
import { auditOrders } from './audit-orders.ts';
import { auditTransactions } from './audit-transactions.ts';
import { placedWithinMs } from './late-ticket.ts';

let bed: OrderTestBed;
let sale: FlashJoins;
before(async () => {
  bed = await createOrderTestBed();
  sale = new FlashJoins(bed);
});
after(() => bed.stop());

async function assertSound(): Promise<void> {
  await bed.transactionsEnd();
  await sale.assertBalanced();
  for (const audit of [auditTransactions, auditOrders])
    assert.deepEqual(await allFindings(audit(bed.deps)), []);
}

/** Lets the process die at each step of `work`, before and after it. Resolves to the number of steps. */
async function dieEverywhere(
  prepare: () => () => Promise<void>,
  judge: (isDone: boolean) => Promise<void>,
): Promise<number> {
  for (let step = 0; step < 40; step++) {
    let deaths = 0;
    for (const when of ['before', 'after'] as const) {
      const work = prepare();
      bed.steps.dieAt(step, when);
      const isDone = await bed.inTime(
        work().then(
          () => true,
          () => false,
        ),
      );
      // What goes on behind it dies as well.
      for (let turn = 0; turn < 100; turn++) await bed.clock.advance(1);
      if (bed.steps.revive()) deaths++;
      else assert.ok(isDone, `step ${step}`);
      await judge(isDone);
    }
    if (deaths === 0) return step;
  }
  return assert.fail('It never came to its end.');
}

for (const units of [1, 0]) {
  test(`a process may die at every step of an order of a sale with ${units} left: it comes to the same`, async () => {
    let join: ReturnType<FlashJoins['queue']>;
    let event: ReturnType<FlashJoins['event']>;
    const steps = await dieEverywhere(
      () => {
        sale.begin(units);
        join = sale.queue();
        event = sale.event();
        return () => sale.hear(join, event);
      },
      async (isDone) => {
        await assertSound();
        const stand = await sale.orders();
        assert.ok(stand.length <= units);
        if (isDone) assert.equal(stand.length, units);
        // The bus delivers it again, and once more for nothing.
        for (let time = 0; time < 2; time++) await bed.inTime(sale.hear(join, event));
        const orders = await sale.orders();
        assert.equal(orders.length, units);
        if (stand.length > 0) assert.deepEqual(orders, stand);
        assert.deepEqual(sale.units, [0, units, 0]);
        assert.equal(sale.statusOf(join), units === 1 ? 'ORDERED' : 'SOLD_OUT');
        await assertSound();
      },
    );
    // What is known, earlier tries, the address, the log, the claim, and the commit or the end.
    assert.ok(steps >= 6, `${steps}`);
  });

  test(`a process may die at every step, for good: with ${units} left no unit is held and nobody waits for ever`, async () => {
    let join: ReturnType<FlashJoins['queue']>;
    await dieEverywhere(
      () => {
        sale.begin(units);
        join = sale.queue();
        return () => sale.hear(join);
      },
      async () => {
        await assertSound();
        bed.clock.jump(placedWithinMs);
        // The event comes again, late: from a retry, or sent by somebody.
        const event = { ...sale.event(), occurredAt: new Date(bed.clock.now() - placedWithinMs) };
        await bed.inTime(sale.hear(join, event));
        await bed.pass(0);
        const ended = sale.statusOf(join) ?? '';
        const hasOrder = (await sale.orders()).length === 1;
        assert.ok((hasOrder ? ['ORDERED', 'RETURNED'] : ['SOLD_OUT', 'REFUSED']).includes(ended), ended);
        assert.ok((await sale.orders()).length <= units);
        const [left = 0, held = 0] = sale.units;
        assert.equal(left + held, units);
        await assertSound();
      },
    );
  });
}
