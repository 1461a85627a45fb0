import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../clock/clock.ts';
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
   * is thrown. Written down before anybody is asked: when this process dies, the others cancel in its place.
   */
  begin(id: string, parts: Parts<Named>, call: CallContext): Promise<void>;
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
    async begin(id, parts, call) {
      const named = Object.entries(parts).filter(([, payload]) => payload !== undefined);
      const nowMs = clock.now();
      const dueMs = Math.min(call.deadlineMs, nowMs + maxTryMs) + abandonedAfterMs;
      await log.rows.insert(
        id,
        named.map(([name]) => name),
        { nowMs, dueMs },
      );
      try {
        await fanout(
          call,
          named.map(
            ([name, payload]) =>
              (tryCall: CallContext) =>
                participantOf(participants, name).try(id, payload, tryCall),
          ),
        );
      } catch (error) {
        await abandon(id, call);
        throw error;
      }
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
