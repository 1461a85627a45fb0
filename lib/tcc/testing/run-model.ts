import type { CallContext } from '../../rpc/call-context.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import { type Coordinator, createCoordinator } from '../coordinator.ts';
import { createRecovery, type Recovery } from '../recovery.ts';
import { createSecondPhase, type RemoteParticipant } from '../second-phase.ts';
import type { ClaimedTransaction, TransactionRows } from '../transaction-rows.ts';
import { findViolations } from './find-violations.ts';
import { guardLog, guardParticipant } from './guard.ts';
import { createLife, type Life } from './life.ts';
import type { MemorySession } from './memory-sessions.ts';
import { createMemoryTransactions } from './memory-transactions.ts';
import { createModelClock, type ModelClock } from './model-clock.ts';
import { createModelParticipant } from './model-participant.ts';
import type { ModelSchedule } from './model-schedules.ts';
import { ID, type ModelWorld } from './model-world.ts';

/** Mechanisms that a control takes away. */
export interface Without {
  readonly barrier?: true;
  readonly recovery?: true;
  /** The decision is a statement of its own, after the local change. */
  readonly decisionInside?: true;
}

export interface ModelOutcome {
  /** Steps that the coordinating process took, and the one that recovered first. */
  readonly steps: number;
  readonly recoverySteps: number;
  /** From the beginning of the transaction to its end; undefined where it has none. */
  readonly tookMs: number | undefined;
  /** What must not be. */
  readonly violations: readonly string[];
}

const REQUEST_MS = 2_000;
/** More than any schedule has; one that needs them goes round in circles. */
const MAX_EVENTS = 200;
const metrics = createMetrics();
const identity = { kind: 'service', name: 'model' } as const;

/** Runs one schedule to its end, on a clock that goes from event to event. */
export async function runModel(schedule: ModelSchedule, without: Without = {}): Promise<ModelOutcome> {
  const clock = createModelClock();
  const world: ModelWorld = {
    schedule,
    clock,
    transactions: createMemoryTransactions(),
    participants: schedule.branches.map((fate) =>
      createModelParticipant(clock, fate, { hasBarrier: !without.barrier }),
    ),
    order: undefined,
  };
  const first = createLife(schedule.crashStep);
  let isServed = false;
  const customer = startProcess(world, first, without);
  void serve(world, customer, 'place').finally(() => {
    isServed = true;
  });
  const recoverer = createLife(schedule.recoveryCrashStep);
  const recoveries = [startProcess(world, recoverer, without), startProcess(world, createLife(), without)];

  for (let events = 0; events < MAX_EVENTS; events++) {
    await settle();
    // The customer comes back to an order that is not paid, and finds another process.
    if ((isServed || first.isDead) && world.order === 'CREATED') {
      isServed = false;
      void serve(world, startProcess(world, createLife(), without), 'decide').finally(() => {
        isServed = true;
      });
      continue;
    }
    const dueMs = without.recovery ? undefined : world.transactions.nextDueMs();
    const nextMs = Math.min(clock.nextMs() ?? Number.POSITIVE_INFINITY, dueMs ?? Number.POSITIVE_INFINITY);
    if (nextMs === Number.POSITIVE_INFINITY) break;
    clock.goTo(nextMs);
    await settle();
    // Not awaited: it may wait for the clock, and several may be under way.
    if (!without.recovery) void (recoverer.isDead ? recoveries[1] : recoveries[0])?.recovery.round();
  }
  const row = world.transactions.read(ID);
  return {
    steps: first.steps,
    recoverySteps: recoverer.steps,
    tookMs: row?.endedMs && row.endedMs - row.begunMs,
    violations: findViolations(world),
  };
}

/** Every chain of promises that waits for no timer has come to its end after a turn of the event loop. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** One process of the service that coordinates, with a life of its own around each of its steps. */
interface Process {
  readonly coordinator: Coordinator<Record<string, RemoteParticipant<true>>, MemorySession>;
  readonly recovery: Recovery;
  readonly rows: TransactionRows;
  transaction<Result>(work: (session: MemorySession) => Promise<Result>): Promise<Result>;
  readonly isDecisionInside: boolean;
}

function startProcess(world: ModelWorld, life: Life, without: Without): Process {
  const { clock } = world;
  const log = guardLog(world.transactions.log, life);
  const participants = Object.fromEntries(
    world.participants.map(({ remote }, index) => [`p${index}`, guardParticipant(remote, life)]),
  );
  const { rows } = log;
  const secondPhase = createSecondPhase({
    ...{ rows, participants, clock, logger: silentLogger, metrics, identity },
  });
  const { signal } = new AbortController();
  const tasks = {
    run(_: string, task: (signal: AbortSignal) => Promise<unknown>) {
      task(signal).catch(() => {});
      return true;
    },
  };
  return {
    coordinator: createCoordinator({ log, participants, secondPhase, clock, tasks }),
    recovery: createRecovery({ rows, secondPhase, clock }),
    rows,
    isDecisionInside: !without.decisionInside,
    transaction: (work) =>
      life.around(() =>
        world.transactions.transaction(async (session) => {
          const result = await work(session);
          life.inside();
          return result;
        }),
      ),
  };
}

/** What the service does that coordinates: the order is created and decided as the order service does it. */
async function serve(world: ModelWorld, process: Process, from: 'place' | 'decide'): Promise<void> {
  try {
    if (from === 'place') await placeOrder(world, process);
    await decideOrder(world, process);
  } catch {
    // The customer reads an error.
  }
}

async function placeOrder(world: ModelWorld, { coordinator, transaction }: Process): Promise<void> {
  const { schedule, participants, clock } = world;
  const call = callOf(clock);
  const parts = Object.fromEntries(participants.map((_, index) => [`p${index}`, true as const]));
  await coordinator.begin(ID, parts, call);
  try {
    await transaction(async (session) => {
      if (!(await coordinator.prepare(session, ID))) throw new Error('Others cancelled it.');
      writeOrder(world, session, 'CREATED');
      if (schedule.local === 'aborted') throw new Error('The order is not valid.');
    });
    if (schedule.local === 'answer lost') throw new Error('Was it committed?');
  } catch (error) {
    await coordinator.abandon(ID, call);
    throw error;
  }
}

async function decideOrder(world: ModelWorld, process: Process): Promise<void> {
  const { coordinator, transaction, isDecisionInside, rows } = process;
  const [decision, state] =
    world.schedule.local === 'cancelled'
      ? (['cancel', 'CANCELLED'] as const)
      : (['confirm', 'PAID'] as const);
  let decided: ClaimedTransaction | undefined;
  await transaction(async (session) => {
    if (world.order !== 'CREATED') return;
    writeOrder(world, session, state);
    if (isDecisionInside) decided = await coordinator[decision](session, ID);
  });
  if (!isDecisionInside) {
    const nowMs = world.clock.now();
    const to = decision === 'confirm' ? 'CONFIRMING' : 'CANCELLING';
    decided = await rows.decide(ID, 'PREPARED', to, { nowMs, leaseEndMs: nowMs + 5_000 });
  }
  if (decided) await coordinator.finish(decided, callOf(world.clock));
}

function writeOrder(world: ModelWorld, session: MemorySession, order: ModelWorld['order']): void {
  const before = world.order;
  session.undo(() => {
    world.order = before;
  });
  world.order = order;
}

const callOf = (clock: ModelClock): CallContext => ({
  ...{ requestId: 'model', identity, signal: new AbortController().signal },
  deadlineMs: clock.now() + REQUEST_MS,
});
