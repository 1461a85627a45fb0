import type { MemoryTransactions } from './memory-transactions.ts';
import type { ModelClock } from './model-clock.ts';
import type { ModelParticipant } from './model-participant.ts';
import type { ModelSchedule } from './model-schedules.ts';

/** All that one schedule happens in. */
export interface ModelWorld {
  readonly schedule: ModelSchedule;
  readonly clock: ModelClock;
  readonly transactions: MemoryTransactions;
  readonly participants: readonly ModelParticipant[];
  /** The local change. */
  order: 'CREATED' | 'PAID' | 'CANCELLED' | undefined;
}

/** The one transaction, and the order. */
export const ID = '1';
