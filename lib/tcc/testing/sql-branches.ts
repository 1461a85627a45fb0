import type { BranchStep } from '../../testing/branch-orders.ts';
import type { TestDatabase } from '../../testing/test-database.ts';
import type { BranchBed } from '../branch-rows.contract.ts';
import { sqlBranchRows } from '../branch-rows.ts';
import { clearTcc } from './tcc-schema.ts';

/** The rows of branches in a database of `tccSchema`. */
export function openSqlBranches({ database, stop }: TestDatabase): BranchBed {
  return {
    transaction: (work) =>
      database.transaction((em) =>
        work(sqlBranchRows(em, database.schema, 0), async ({ transactionId }, step) => {
          await em.execute('insert into tcc.effect (transaction_id, step) values (?, ?)', [
            transactionId,
            step,
          ]);
        }),
      ),
    async effects({ transactionId }) {
      const rows = await database.query<{ step: BranchStep }>(
        `select step from tcc.effect where transaction_id = ? order by step = 'try' desc`,
        [transactionId],
      );
      return rows.map(({ step }) => step);
    },
    clear: () => clearTcc(database),
    stop,
  };
}
