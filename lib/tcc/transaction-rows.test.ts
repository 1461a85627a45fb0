import { openTestDatabase } from '../testing/test-database.ts';
import { createMemoryTransactions, type MemoryTransactions } from './testing/memory-transactions.ts';
import { clearTcc, readTransactions, tccSchema } from './testing/tcc-schema.ts';
import { describeTransactionRows } from './transaction-rows.contract.ts';
import { sqlTransactionLog } from './transaction-rows.ts';

describeTransactionRows('in the embedded database', async () => {
  const { database, stop } = await openTestDatabase(tccSchema);
  return {
    log: sqlTransactionLog(database),
    transaction: (work) => database.transaction(work),
    read: async (id) => (await readTransactions(database, id))[0],
    clear: () => clearTcc(database),
    stop,
  };
});

describeTransactionRows('in memory', async () => {
  let memory: MemoryTransactions = createMemoryTransactions();
  return {
    get log() {
      return memory.log;
    },
    transaction: (work) => memory.transaction(work),
    read: async (id) => memory.read(id),
    async clear() {
      memory = createMemoryTransactions();
    },
    stop: async () => {},
  };
});
