import type { Clock } from '../clock/clock.ts';
import type { Database } from '../engines/database.ts';
import type { Inbox } from '../events/inbox.ts';
import { deleteExpiredKeys } from '../idempotency/delete-expired-keys.ts';
import { forgetBranches } from '../tcc/forget-branches.ts';
import { forgetTransactions } from '../tcc/forget-transactions.ts';
import { repeatedTask, type ServiceTask } from './service-task.ts';

/** An expired key counts as new whether it is deleted or not, but names and addresses may lie under it. */
const KEYS_EVERY_MS = 10 * 60_000;
/** Shorter than a process lives: the first time comes after one. */
const FORGET_EVERY_MS = 3_600_000;

/** Deletes the idempotency keys of a service that have expired. */
export function deletesExpiredKeys(clock: Clock, database: Database): ServiceTask {
  return repeatedTask(clock, 'delete expired keys', KEYS_EVERY_MS, (signal) =>
    deleteExpiredKeys({ database, clock }, signal),
  );
}

/** Forgets the events that a service has handled, when none of them can come again. */
export function forgetsHandledEvents(clock: Clock, inbox: Pick<Inbox, 'forget'>): ServiceTask {
  return repeatedTask(clock, 'forget handled events', FORGET_EVERY_MS, (signal) => inbox.forget(signal));
}

/** Forgets a participant's branches, when no call for them can come any more. */
export function forgetsEndedBranches(clock: Clock, database: Database): ServiceTask {
  return repeatedTask(clock, 'forget ended branches', FORGET_EVERY_MS, (signal) =>
    forgetBranches(database, clock, signal),
  );
}

/** Forgets a coordinator's transactions that have ended. */
export function forgetsEndedTransactions(clock: Clock, database: Database): ServiceTask {
  return repeatedTask(clock, 'forget ended transactions', FORGET_EVERY_MS, (signal) =>
    forgetTransactions(database, clock, signal),
  );
}
