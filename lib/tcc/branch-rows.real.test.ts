import { createRealPostgres } from '../testing/real-postgres.ts';
import { openTestDatabase } from '../testing/test-database.ts';
import { describeBranchRows } from './branch-rows.contract.ts';
import { openSqlBranches } from './testing/sql-branches.ts';
import { tccSchema } from './testing/tcc-schema.ts';

describeBranchRows('on PostgreSQL', async () => {
  const server = await createRealPostgres();
  const bed = openSqlBranches(await openTestDatabase(tccSchema, { url: server.url }));
  return {
    ...bed,
    async stop() {
      await bed.stop();
      await server.drop();
    },
  };
});
