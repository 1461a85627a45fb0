import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import type { TaskScope } from '../lifecycle/task-scope.ts';
import { within } from '../lifecycle/within.ts';
import { type CallContext, remainingMs } from '../rpc/call-context.ts';
import { fanout } from '../rpc/fanout.ts';
import type { Participants, RemoteParticipant, SecondPhase } from './second-phase.ts';
import type { ClaimedTransaction, TransactionLog } from './transaction-rows.ts';

/** What each participant of one transaction is to hold; a participant that is left out takes no part. */
export type Parts<Named extends Participants> = {
  readonly [Name in keyof Named]?: PayloadOf<Named[Name]> | undefined;
};

type PayloadOf<Participant> = Participant extends RemoteParticipant<infer Payload> ? Payload : never;

/**
 * Changes that concern several services at once, by try, confirm and cancel: each participant first holds what it is to
 * give; what is held is then spent everywhere, or freed everywhere. The decision is one row in the database of the
 * service that coordinates, written with its own change in one transaction. After that nothing is open but to tell the
 * participants, which the `recovery` of any process goes on with where this one dies.
 */
export interface Coordinator<Named extends Participants, Session = EntityManager> {
  /**
   * Has all participants hold their parts, at the same time. Where one refuses or fails, all are cancelled and its error
   * is thrown. Written down before anybody is asked: when this process dies, the others cancel in its place. `attempt`
   * says what it is for, where that may come again.
   * @throws AppError UNAVAILABLE where it took so long that others cancelled it; what a participant throws.
   */
  begin(id: string, parts: Parts<Named>, call: CallContext, attempt?: string): Promise<void>;
  /**
   * Cancels what earlier tries of the same attempt left behind, before it is tried again: it would be refused for what
   * it holds itself. Only for whoever knows that nobody else is at the attempt now.
   * @throws AppError UNAVAILABLE where some of it cannot be freed at once.
   */
  abandonEarlier(attempt: string, call: CallContext): Promise<void>;
  /** Notes that all is held, in the transaction that `session` is. False where it took so long that others cancelled it. */
  prepare(session: Session, id: string): Promise<boolean>;
  /** Decides to spend what is held. Undefined where the transaction is not prepared: it has been decided. */
  confirm(session: Session, id: string): Promise<ClaimedTransaction | undefined>;
  /** Decides to free what is held. Undefined where the transaction is not prepared: it has been decided. */
  cancel(session: Session, id: string): Promise<ClaimedTransaction | undefined>;
  /** Cancels one that was begun and is not prepared; one that is prepared or decided stays as it is. Never throws. */
  abandon(id: string, call: CallContext): Promise<void>;
  /**
   * Tells the participants what was decided, after its commit, and goes on when the caller goes away. Resolves when all
   * have answered, or when waiting longer would cost the caller too much; never rejects.
   */
  finish(decided: ClaimedTransaction, call: CallContext): Promise<void>;
}

export interface CoordinatorOptions<Named extends Participants, Session> {
  readonly log: TransactionLog<Session>;
  readonly participants: Named;
  readonly secondPhase: SecondPhase;
  readonly clock: Clock;
  /** Owns what goes on after a caller went away. */
  readonly tasks: Pick<TaskScope, 'run'>;
}

/** Between the last moment at which the beginner could prepare it, and the first at which others cancel it. */
const abandonedAfterMs = 2_000;
/** Until most of what was cancelled has ended. */
const retryAfterMs = 500;
/** As dtm has it; a caller's own budget is mostly shorter. */
const maxTryMs = 35_000;
/** The most that a caller waits for the second phase, and never more than half of what it has left. */
const maxWaitMs = 1_000;

export function createCoordinator<Named extends Participants, Session = EntityManager>(
  options: CoordinatorOptions<Named, Session>,
): Coordinator<Named, Session> {
  const { log, participants, secondPhase, clock, tasks } = options;
  const lease = () => ({ nowMs: clock.now(), leaseEndMs: secondPhase.leaseEndMs() });

  async function finish(decided: ClaimedTransaction, call: CallContext): Promise<void> {
    const { promise: done, resolve } = Promise.withResolvers<void>();
    // Without a signal: what has begun is brought to its end while the process stops, within its lease.
    const isStarted = tasks.run('finish transaction', () =>
      secondPhase.tell(decided, call.requestId).finally(resolve),
    );
    if (isStarted) await within(clock, Math.min(maxWaitMs, remainingMs(call, clock) / 2), done);
  }

  async function abandon(id: string, call: CallContext): Promise<void> {
    // Where this fails the transaction is cancelled when its time is over.
    const decided = await log.rows.decide(id, 'TRYING', 'CANCELLING', lease()).catch(() => undefined);
    if (decided) await finish(decided, call);
  }

  return {
    async begin(id, parts, call, attempt) {
      const named = Object.entries(parts).filter(([, payload]) => payload !== undefined);
      const nowMs = clock.now();
      const deadlineMs = Math.min(call.deadlineMs, nowMs + maxTryMs);
      await log.rows.insert(
        id,
        named.map(([name]) => name),
        { nowMs, dueMs: deadlineMs + abandonedAfterMs, attempt },
      );
      try {
        await fanout(
          { ...call, deadlineMs },
          named.map(
            ([name, payload]) =>
              (tryCall: CallContext) =>
                participantOf(participants, name).try(id, payload, tryCall),
          ),
        );
      } catch (error) {
        await abandon(id, call);
        // Others were sooner to cancel it: nobody's fault, and the participants' affair.
        throw AppError.is(error, 'TRANSACTION_ENDED') ? new AppError('UNAVAILABLE', { retryAfterMs }) : error;
      }
    },
    async abandonEarlier(attempt, call) {
      const earlier = await log.rows.findOpen(attempt);
      if (earlier.length === 0) return;
      await Promise.all(earlier.map(({ id }) => abandon(id, call)));
      const open = await log.rows.findOpen(attempt);
      if (open.length > 0) throw new AppError('UNAVAILABLE', { retryAfterMs });
    },
    prepare: (session, id) => log.in(session).prepare(id),
    confirm: (session, id) => log.in(session).decide(id, 'PREPARED', 'CONFIRMING', lease()),
    cancel: (session, id) => log.in(session).decide(id, 'PREPARED', 'CANCELLING', lease()),
    abandon,
    finish,
  };
}

function participantOf(participants: Participants, name: string): RemoteParticipant<unknown> {
  const participant = participants[name];
  if (!participant) throw new Error(`There is no participant ${name}.`);
  return participant;
}
