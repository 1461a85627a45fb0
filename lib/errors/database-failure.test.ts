import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransactionTimeout } from '../engines/database.ts';
import { SessionBusy } from '../engines/session-gate.ts';
import { CommitRolledBack } from '../engines/session-guard.ts';
import { WorkerLeaseLost } from '../ids/id-generator.ts';
import { ClockMovedBack } from '../ids/snowflake.ts';
import { NoFreeWorkerId } from '../ids/worker-lease.ts';
import { AppError } from './app-error.ts';
import { toAppError } from './normalize-error.ts';

const withCode = (code: string) => Object.assign(new Error('failed'), { code });

function assertUnavailable(thrown: Error): void {
  const error = toAppError(thrown);
  assert.ok(AppError.is(error, 'UNAVAILABLE'), `${thrown} became ${error.code}`);
  assert.equal(error.detail.retryAfterMs, 1_000);
  assert.equal(error.cause, thrown);
}

test('a transaction that ran out of the budget of its caller is DEADLINE_EXCEEDED', () => {
  const thrown = new TransactionTimeout('late');
  const error = toAppError(thrown);
  assert.equal(error.code, 'DEADLINE_EXCEEDED');
  assert.equal(error.cause, thrown);
});

test('an embedded session in use and a worker id that nobody holds are UNAVAILABLE', () => {
  for (const thrown of [
    new SessionBusy('busy'),
    new WorkerLeaseLost('lost'),
    new ClockMovedBack('back'),
    new NoFreeWorkerId('none'),
  ]) {
    assertUnavailable(thrown);
  }
});

test('what PostgreSQL cannot do now is UNAVAILABLE, also inside a wrapper', () => {
  const sqlStates = ['57014', '55P03', '40P01', '40001', '53200', '53300', '57P01', '57P02', '57P03'];
  for (const code of [...sqlStates, '08000', '08006', '08P01', 'ECONNREFUSED', 'ECONNRESET']) {
    assertUnavailable(withCode(code));
    assertUnavailable(new Error('wrapped', { cause: withCode(code) }));
  }
});

test("the driver's own words for a connection that it has not are UNAVAILABLE", () => {
  for (const message of [
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
  ]) {
    assertUnavailable(new Error(message));
  }
});

test('a statement that no database would run stays INTERNAL', () => {
  const codes = [
    '22P02',
    '23505',
    '23514',
    '25006',
    '25P02',
    '42601',
    '42P01',
    '42501',
    '57P04',
    '0A000',
    'XX000',
  ];
  const errors = [new CommitRolledBack('undone'), new Error('We said: Connection terminated')];
  for (const thrown of [...codes.map(withCode), ...errors]) {
    assert.equal(toAppError(thrown).code, 'INTERNAL', String(thrown));
  }
});
