import { AppError } from '../../errors/app-error.ts';
import type { CallContext } from '../../rpc/call-context.ts';
import { cancelBranch, confirmBranch, tryBranch } from '../barrier.ts';
import type { BranchState } from '../branch-rows.ts';
import type { RemoteParticipant } from '../second-phase.ts';
import { type BranchFate, LATE_MS, sendBy } from './fates.ts';
import { createMemoryBranches } from './memory-branches.ts';
import type { MemorySession } from './memory-sessions.ts';
import type { ModelClock } from './model-clock.ts';

/** What a participant owns. Each branch takes one unit. */
export interface Units {
  free: number;
  held: number;
  spent: number;
}

export interface ModelParticipant {
  readonly remote: RemoteParticipant<true>;
  readonly units: Readonly<Units>;
  /** How often each operation changed units, and was not rolled back. */
  readonly effects: Readonly<Record<keyof typeof operations, number>>;
  state(transactionId: string): BranchState | undefined;
}

export const UNITS = 10;

const operations = { try: tryBranch, confirm: confirmBranch, cancel: cancelBranch };
const moves = { try: ['free', 'held'], confirm: ['held', 'spent'], cancel: ['held', 'free'] } as const;

/** A participant with the product's barrier, whose calls meet `fate`. Without the barrier nobody heeds what the rows say. */
export function createModelParticipant(
  clock: ModelClock,
  fate: BranchFate,
  { hasBarrier }: { hasBarrier: boolean },
): ModelParticipant {
  const branches = createMemoryBranches();
  const units: Units = { free: UNITS, held: 0, spent: 0 };
  const effects = { try: 0, confirm: 0, cancel: 0 };
  let endings = 0;

  const deliver = (operation: keyof typeof operations, transactionId: string) =>
    branches.transaction(async (session) => {
      const work = async () => move(session, operation);
      const id = { transactionId, branch: 'units' };
      if (hasBarrier) return operations[operation](branches.in(session), id, work);
      await operations[operation](branches.in(session), id, async () => {}).catch(() => {});
      return work();
    });

  function move(session: MemorySession, operation: keyof typeof operations): void {
    const [from, to] = moves[operation];
    const by = (count: number) => {
      units[from] -= count;
      units[to] += count;
      effects[operation] += count;
    };
    session.undo(() => by(-1));
    by(1);
    if (operation === 'try' && fate.try === 'refused') throw new AppError('UNAVAILABLE', { retryAfterMs: 0 });
  }

  const networkOf = ({ deadlineMs }: CallContext) => ({
    later: (late: () => Promise<unknown>) => void clock.setTimer(LATE_MS, () => void late().catch(() => {})),
    timeOut: () =>
      new Promise<never>((_, reject) => {
        clock.setTimer(deadlineMs - clock.now(), () => reject(new AppError('DEADLINE_EXCEEDED', {})));
      }),
  });
  const end = (operation: 'confirm' | 'cancel') => (id: string, call: CallContext) =>
    sendBy(endings++ === 0 ? fate.end : 'ok', networkOf(call), () => deliver(operation, id));
  return {
    units,
    effects,
    state: (transactionId) => branches.state({ transactionId, branch: 'units' }),
    remote: {
      try: (id, _, call) => sendBy(fate.try, networkOf(call), () => deliver('try', id)),
      confirm: end('confirm'),
      cancel: end('cancel'),
    },
  };
}
