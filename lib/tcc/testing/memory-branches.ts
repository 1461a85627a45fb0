import type { BranchId, BranchRows, BranchState } from '../branch-rows.ts';
import {
  createMemorySessions,
  type MemorySession,
  type MemorySessions,
  writeEntry,
} from './memory-sessions.ts';

export interface MemoryBranches extends MemorySessions {
  /** The rows as `session` sees them. */
  in(session: MemorySession): BranchRows;
  state(id: BranchId): BranchState | undefined;
}

/** A participant's rows in memory, by the same contract as in SQL. A twin waits for the whole transaction. */
export function createMemoryBranches(): MemoryBranches {
  const sessions = createMemorySessions();
  const table = new Map<string, BranchState>();
  const keyOf = ({ transactionId, branch }: BranchId) => `${transactionId} ${branch}`;
  return {
    ...sessions,
    state: (id) => table.get(keyOf(id)),
    in: (session) => ({
      async insert(id, state) {
        if (table.has(keyOf(id))) return false;
        writeEntry(session, table, keyOf(id), state);
        return true;
      },
      async advance(id, from, to) {
        if (table.get(keyOf(id)) !== from) return false;
        writeEntry(session, table, keyOf(id), to);
        return true;
      },
      async find(id) {
        return table.get(keyOf(id));
      },
    }),
  };
}
