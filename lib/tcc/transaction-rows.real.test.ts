import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRealPostgres } from '../testing/real-postgres.ts';
import { openTestDatabase } from '../testing/test-database.ts';
import { clearTcc, readTransactions, tccSchema } from './testing/tcc-schema.ts';
import { describeTransactionRows } from './transaction-rows.contract.ts';
import { sqlTransactionLog } from './transaction-rows.ts';

async function openBed() {
  const server = await createRealPostgres();
  const { database, stop } = await openTestDatabase(tccSchema, { url: server.url });
  return {
    database,
    log: sqlTransactionLog(database),
    transaction: database.transaction,
    read: async (id: string) => (await readTransactions(database, id))[0],
    clear: () => clearTcc(database),
    async stop() {
      await stop();
      await server.drop();
    },
  };
}

describeTransactionRows('on PostgreSQL', openBed);

test('a slow prepare is neither waited for nor cancelled by those who claim what is overdue', async () => {
  const bed = await openBed();
  try {
    const [nowMs, lease] = [1_000, { nowMs: 5_000, leaseEndMs: 10_000 }];
    await bed.log.rows.insert('1', ['stock'], { nowMs, dueMs: 2_000 });
    await bed.database.transaction(async (em) => {
      assert.equal(await bed.log.in(em).prepare('1'), true);
      assert.deepEqual(await bed.log.rows.claimDue(lease, 10), []);
    });
    assert.deepEqual(await bed.log.rows.claimDue(lease, 10), []);
    assert.equal((await bed.read('1'))?.state, 'PREPARED');
  } finally {
    await bed.stop();
  }
});
