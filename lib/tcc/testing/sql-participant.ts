import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../../clock/clock.ts';
import type { Database } from '../../engines/database.ts';
import { AppError } from '../../errors/app-error.ts';
import type { CallContext } from '../../rpc/call-context.ts';
import { createParticipant } from '../participant.ts';
import type { RemoteParticipant } from '../second-phase.ts';
import { sendBy } from './fates.ts';
import type { Mail } from './mail.ts';
import type { BranchName, RandomSchedule } from './random-schedule.ts';
import { ACCOUNTS } from './sql-schemas.ts';

const moves = { try: ['free', 'held'], confirm: ['held', 'spent'], cancel: ['held', 'free'] } as const;
type Step = keyof typeof moves;

export interface SqlParticipantOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly mail: Mail;
  readonly hasBarrier: boolean;
}

/** The product's participant on accounts in SQL, with a network on which the calls of `schedule` meet their fates. */
export function createSqlParticipant(
  { database, clock, mail, hasBarrier }: SqlParticipantOptions,
  branch: BranchName,
  schedule: RandomSchedule,
): RemoteParticipant<number> {
  const participant = createParticipant({ database, clock, branch });
  const fate = schedule.fates[branch];
  const amount = schedule.amounts[branch] ?? 0;
  let endings = 0;

  const deliver = (step: Step, id: string, call: CallContext, fails: boolean) => {
    const work = async (em: EntityManager) => {
      await move(em, branch, step, id, amount);
      if (fails) throw new AppError('UNAVAILABLE', { retryAfterMs: 0 });
    };
    // Whatever comes late comes without a deadline: not that, but the barrier is to keep it out.
    const open = { ...call, deadlineMs: Number.POSITIVE_INFINITY };
    return mail.track(hasBarrier ? participant[step](id, open, work) : database.transaction(work, open));
  };
  const end = (step: 'confirm' | 'cancel') => (id: string, call: CallContext) => {
    const isFirst = endings++ === 0;
    // It fails in the middle of its work, which is rolled back.
    if (isFirst && fate.end === 'fails once') return deliver(step, id, call, true);
    return sendBy(isFirst ? fate.end : 'ok', mail, () => deliver(step, id, call, false));
  };
  return {
    try: (id, _, call) => sendBy(fate.try, mail, () => deliver('try', id, call, fate.try === 'refused')),
    confirm: end('confirm'),
    cancel: end('cancel'),
  };
}

async function move(
  em: EntityManager,
  schema: BranchName,
  step: Step,
  id: string,
  amount: number,
): Promise<void> {
  const [from, to] = moves[step];
  await em.execute(
    `with noted as (insert into ${schema}.effect (transaction_id, step, amount) values (?, ?, ?))
     update ${schema}.account set ${from} = ${from} - ?, ${to} = ${to} + ? where id = ?`,
    [id, step, amount, amount, amount, Number(id) % ACCOUNTS],
  );
}
