import { repeatedTask, type ServiceTask } from '@tiffin/lib/service/service-task';
import { type ForgottenOptions, ForgottenTickets } from '../domain/refuse-forgotten.ts';

/** A ticket that waits too long is seen by then: both statements read an index of those that wait. */
const EVERY_MS = 15_000;

/** Sees to it that each ticket of a flash sale ends. */
export function refusesForgotten(options: ForgottenOptions): ServiceTask {
  const forgotten = new ForgottenTickets(options);
  return repeatedTask(options.clock, 'refuse forgotten tickets', EVERY_MS, (signal) =>
    forgotten.refuse(signal),
  );
}
