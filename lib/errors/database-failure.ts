import { AppError } from './app-error.ts';

// By name, SQLSTATE and words, so that this folder needs neither the engines nor their libraries.

/** Errors of lib/engines and lib/ids that pass by themselves. */
const passingErrorNames: ReadonlySet<string> = new Set([
  'SessionBusy',
  'WorkerLeaseLost',
  'ClockMovedBack',
  'NoFreeWorkerId',
]);

/**
 * SQLSTATEs that say "not now" (PostgreSQL, appendix A): connection exceptions, insufficient resources, a statement or
 * lock that ran out of time, deadlock, serialization failure, a server that stops or starts.
 */
const passingSqlState = /^(08...|53...|57014|55P03|40P01|40001|57P0[123])$/;

/** The driver gives its own failures no code. */
const lostConnection =
  /^(timeout exceeded when trying to connect|timeout expired|Connection terminated|Client (has encountered a connection error|was closed) and is not queryable)/;

const retryAfterMs = 1_000;

/**
 * The infrastructure code of what a database threw although nothing is wrong with the code that asked it; undefined
 * for everything else, which is a defect.
 */
export function fromDatabaseFailure(thrown: Error): AppError | undefined {
  if (thrown.name === 'TransactionTimeout') return new AppError('DEADLINE_EXCEEDED', {}, { cause: thrown });
  const { cause } = thrown;
  const isPassing = isPassingFailure(thrown) || (cause instanceof Error && isPassingFailure(cause));
  return isPassing ? new AppError('UNAVAILABLE', { retryAfterMs }, { cause: thrown }) : undefined;
}

function isPassingFailure(error: Error & { readonly code?: unknown }): boolean {
  const { name, code, message } = error;
  if (typeof code === 'string') return passingSqlState.test(code);
  return passingErrorNames.has(name) || lostConnection.test(message);
}
