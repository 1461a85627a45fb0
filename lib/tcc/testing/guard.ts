import type { RemoteParticipant } from '../second-phase.ts';
import type { TransactionLog, TransactionRows } from '../transaction-rows.ts';
import type { Life } from './life.ts';

/** A participant as a process calls it that may die before and after each call. */
export function guardParticipant<Payload>(
  remote: RemoteParticipant<Payload>,
  life: Life,
): RemoteParticipant<Payload> {
  return {
    try: (...args) => life.around(() => remote.try(...args)),
    confirm: (...args) => life.around(() => remote.confirm(...args)),
    cancel: (...args) => life.around(() => remote.cancel(...args)),
  };
}

type Around = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** A log as a process uses it that may die before and after each statement. */
export function guardLog<Session>(log: TransactionLog<Session>, life: Life): TransactionLog<Session> {
  const inside: Around = async (work) => {
    life.inside();
    const result = await work();
    life.inside();
    return result;
  };
  return {
    rows: guardRows(log.rows, life.around),
    in: (session) => guardRows(log.in(session), inside),
  };
}

function guardRows(rows: TransactionRows, around: Around): TransactionRows {
  return {
    insert: (...args) => around(() => rows.insert(...args)),
    prepare: (...args) => around(() => rows.prepare(...args)),
    decide: (...args) => around(() => rows.decide(...args)),
    findOpen: (...args) => around(() => rows.findOpen(...args)),
    claimDue: (...args) => around(() => rows.claimDue(...args)),
    settle: (...args) => around(() => rows.settle(...args)),
  };
}
