import type { Database } from '../engines/database.ts';
import type { ServiceIdentity } from '../identity/identity.ts';
import type { TaskScope } from '../lifecycle/task-scope.ts';
import { type Coordinator, createCoordinator } from '../tcc/coordinator.ts';
import { createRecovery, type Recovery } from '../tcc/recovery.ts';
import { createSecondPhase, type Participants } from '../tcc/second-phase.ts';
import { stuckGauge } from '../tcc/stuck-gauge.ts';
import { createStuckTransactions, type StuckTransactions } from '../tcc/stuck-transactions.ts';
import { sqlTransactionLog } from '../tcc/transaction-rows.ts';
import type { Platform } from './service.ts';
import type { ServiceTask } from './service-task.ts';

/** Where a service coordinates transactions, the tasks that go with it, and what people do about stuck ones. */
export interface OpenedTransactions<Named extends Participants> {
  readonly transactions: Coordinator<Named>;
  /** Ends what processes left behind. */
  readonly recovery: Recovery;
  readonly stuckTransactions: StuckTransactions;
  /** Counts what waits for somebody. */
  readonly stuckCount: ServiceTask;
}

export interface TransactionsOptions<Named extends Participants> {
  /** Has the tables of `transactionTableSql` and `resolutionTableSql`. */
  readonly database: Database;
  readonly participants: Named;
  /** Whom the participants hear. */
  readonly identity: ServiceIdentity;
  /** Owns what goes on after a caller went away. */
  readonly tasks: Pick<TaskScope, 'run'>;
}

export function openTransactions<Named extends Participants>(
  { clock, logger, metrics }: Pick<Platform, 'clock' | 'logger' | 'metrics'>,
  { database, participants, identity, tasks }: TransactionsOptions<Named>,
): OpenedTransactions<Named> {
  const log = sqlTransactionLog(database);
  const { rows } = log;
  const secondPhase = createSecondPhase({ rows, participants, clock, logger, metrics, identity });
  const stuckTransactions = createStuckTransactions(database, clock);
  return {
    transactions: createCoordinator({ log, participants, secondPhase, clock, tasks }),
    recovery: createRecovery({ rows, secondPhase, clock }),
    stuckTransactions,
    stuckCount: stuckGauge({ clock, metrics }, database.schema, stuckTransactions),
  };
}
