import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { toAppError } from '../errors/normalize-error.ts';
import type { ServiceIdentity } from '../identity/identity.ts';
import { timedOut, within } from '../lifecycle/within.ts';
import type { CallContext } from '../rpc/call-context.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ClaimedTransaction, TransactionRows } from './transaction-rows.ts';

/** A service that takes part in transactions, as its coordinator sees it. `Payload` says what it is to hold. */
export interface RemoteParticipant<Payload> {
  try(transactionId: string, payload: Payload, call: CallContext): Promise<unknown>;
  confirm(transactionId: string, call: CallContext): Promise<unknown>;
  cancel(transactionId: string, call: CallContext): Promise<unknown>;
}

/** By the names under which they stand in the log. A name is for ever: transactions of yesterday bear it. */
// biome-ignore lint/suspicious/noExplicitAny: each participant knows its own payload
export type Participants = Readonly<Record<string, RemoteParticipant<any>>>;

/** Brings decided transactions to their end. */
export interface SecondPhase {
  /** When a claim that begins now ends. */
  leaseEndMs(): number;
  /**
   * Tells the participants that have not answered what was decided, once, all at the same time: they do not depend on
   * each other. True when the transaction has ended; otherwise it is due again after a pause. Throws what the log throws.
   * Where `signal` aborts, nothing is noted: it is nobody's failure, and the transaction is due when its lease ends.
   */
  tell(claimed: ClaimedTransaction, requestId: string, signal?: AbortSignal): Promise<boolean>;
}

export interface SecondPhaseOptions {
  readonly rows: Pick<TransactionRows, 'settle'>;
  readonly participants: Participants;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
  readonly metrics: Metrics;
  /** Participants are told by the service, on behalf of nobody. */
  readonly identity: ServiceIdentity;
}

/** The most that one participant may take for one answer. */
const callTimeoutMs = 2_000;
/**
 * Longer than what one claim does, its calls and the statement after them, so that nobody else does it meanwhile. Where
 * a slow database makes it too short, two tell the same: participants bear that, and only the later claim counts.
 */
const leaseMs = 5_000;
/**
 * Before participants are told again. dtm doubles 10 s without an end; this one stays small, because what is held may
 * be the last unit: when a participant comes back, its transactions end within the last delay.
 */
const retryDelaysMs = [1_000, 2_000, 4_000, 8_000, 15_000] as const;
/** From so many attempts on a transaction is stuck: somebody should look. dtm raises its alarm after three. */
export const STUCK_ATTEMPTS = 5;
const maxErrorLength = 200;

export function createSecondPhase(options: SecondPhaseOptions): SecondPhase {
  const { rows, participants, clock, logger, identity } = options;
  const ended = options.metrics.counter({
    name: 'tiffin_tcc_transactions_total',
    help: 'Transactions that came to their end.',
    labelNames: ['decision'],
  });
  const failed = options.metrics.counter({
    name: 'tiffin_tcc_failures_total',
    help: 'Participants that did not follow a decision when they were told of it.',
    labelNames: ['participant', 'code'],
  });

  /** Why the participant did not follow; undefined where it did. */
  async function tellOne(
    name: string,
    { id, state, attempts }: ClaimedTransaction,
    requestId: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    try {
      const participant = participants[name];
      if (!participant) throw new Error(`There is no participant ${name}.`);
      const call: CallContext = { requestId, identity, deadlineMs: clock.now() + callTimeoutMs, signal };
      const answer = state === 'CONFIRMING' ? participant.confirm(id, call) : participant.cancel(id, call);
      // One that does not heed its deadline would hold up the recovery of all others.
      if ((await within(clock, callTimeoutMs, answer)) === timedOut) {
        throw new AppError('DEADLINE_EXCEEDED', {});
      }
      return undefined;
    } catch (thrown) {
      const { code } = toAppError(thrown);
      if (!signal.aborted) {
        failed.inc({ participant: name, code });
        // Once for each transaction: thousands may wait for one that is away, and are told every few seconds.
        if (attempts === 0) {
          logger.warn(
            { transactionId: id, participant: name, state, err: thrown },
            'participant did not follow',
          );
        }
      }
      return `${name}: ${code}`;
    }
  }

  return {
    leaseEndMs: () => clock.now() + leaseMs,
    async tell(claimed, requestId, signal = new AbortController().signal) {
      const failures = await Promise.all(
        claimed.open.map((name) => tellOne(name, claimed, requestId, signal)),
      );
      const open = claimed.open.filter((_, index) => failures[index] !== undefined);
      if (open.length > 0 && signal.aborted) return false;
      const lastError = failures.filter((failure) => failure !== undefined).join(', ');
      const delayMs = retryDelaysMs[Math.min(claimed.attempts, retryDelaysMs.length - 1)] ?? 0;
      const dueMs = clock.now() + delayMs;
      const isOurs = await rows.settle(
        claimed,
        { open, lastError: lastError.slice(0, maxErrorLength), dueMs },
        clock.now(),
      );
      if (!isOurs) return false;
      const { id: transactionId, state, attempts } = claimed;
      if (open.length === 0) ended.inc({ decision: state === 'CONFIRMING' ? 'confirm' : 'cancel' });
      else if (attempts + 1 === STUCK_ATTEMPTS) {
        logger.error({ transactionId, state, open, lastError }, 'transaction is stuck');
      }
      return open.length === 0;
    },
  };
}
