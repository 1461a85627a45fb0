import type { BranchStep } from '../testing/branch-orders.ts';
import { openTestDatabase } from '../testing/test-database.ts';
import { describeBranchRows } from './branch-rows.contract.ts';
import { createMemoryBranches } from './testing/memory-branches.ts';
import { openSqlBranches } from './testing/sql-branches.ts';
import { tccSchema } from './testing/tcc-schema.ts';

describeBranchRows('in the embedded database', async () =>
  openSqlBranches(await openTestDatabase(tccSchema)),
);

describeBranchRows('in memory', async () => {
  let memory = createMemoryBranches();
  const effects: { transactionId: string; step: BranchStep }[] = [];
  return {
    transaction: (work) =>
      memory.transaction((session) =>
        work(memory.in(session), async ({ transactionId }, step) => {
          session.undo(() => effects.pop());
          effects.push({ transactionId, step });
        }),
      ),
    effects: async ({ transactionId }) =>
      effects.filter((effect) => effect.transactionId === transactionId).map(({ step }) => step),
    async clear() {
      memory = createMemoryBranches();
      effects.length = 0;
    },
    stop: async () => {},
  };
});
