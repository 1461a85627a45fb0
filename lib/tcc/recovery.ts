import { type Clock, sleep } from '../clock/clock.ts';
import type { ServiceTask } from '../service/service-task.ts';
import type { SecondPhase } from './second-phase.ts';
import type { ClaimedTransaction, TransactionRows } from './transaction-rows.ts';

export interface RecoveryOptions {
  readonly rows: Pick<TransactionRows, 'claimDue'>;
  readonly secondPhase: SecondPhase;
  readonly clock: Clock;
}

/**
 * Decided transactions that one round brings on at the same time. A round lasts as long as its slowest participant, two
 * seconds where one hangs: so even then this many halves end each second.
 */
const maxTransactions = 200;
const pollMs = 500;

/** Brings transactions to their end whose process died, or whose participants were away. */
export interface Recovery extends ServiceTask {
  /** Brings on what is due, a bounded number; resolves to how many that were. Throws what the database throws. */
  round(signal?: AbortSignal): Promise<number>;
}

/** Several share the work: each claims other transactions. */
export function createRecovery({ rows, secondPhase, clock }: RecoveryOptions): Recovery {
  async function round(signal?: AbortSignal): Promise<number> {
    const lease = { nowMs: clock.now(), leaseEndMs: secondPhase.leaseEndMs() };
    const claimed = await rows.claimDue(lease, maxTransactions);
    const tell = (one: ClaimedTransaction) => secondPhase.tell(one, `recovery-${one.id}`, signal);
    const outcomes = await Promise.allSettled(claimed.map(tell));
    // The others have been brought on; those whose row could not be written come again when their lease ends.
    const lost = outcomes.find((outcome) => outcome.status === 'rejected');
    if (lost) throw lost.reason;
    return claimed.length;
  }

  return {
    name: 'finish transactions',
    round,
    async run(signal) {
      while (!signal.aborted) {
        if ((await round(signal)) < maxTransactions) await sleep(clock, pollMs, signal);
      }
    },
  };
}
