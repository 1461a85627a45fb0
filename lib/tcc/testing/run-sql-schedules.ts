import type { EntityManager } from '@mikro-orm/postgresql';
import type { VirtualClock } from '../../clock/virtual-clock.ts';
import { DemoRandom } from '../../demo/demo-random.ts';
import type { CallContext } from '../../rpc/call-context.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import { type Coordinator, createCoordinator } from '../coordinator.ts';
import { createRecovery, type Recovery } from '../recovery.ts';
import { createSecondPhase, type RemoteParticipant } from '../second-phase.ts';
import { type ClaimedTransaction, sqlTransactionLog } from '../transaction-rows.ts';
import { findSqlViolations } from './find-sql-violations.ts';
import { guardLog, guardParticipant } from './guard.ts';
import { createLife, type Life } from './life.ts';
import { createMail, type Mail } from './mail.ts';
import { type BranchName, branchNames, type RandomSchedule } from './random-schedule.ts';
import { createSqlParticipant } from './sql-participant.ts';
import type { SqlSchemas } from './sql-schemas.ts';

export interface SqlWithout {
  readonly barrier?: true;
  readonly recovery?: true;
}

export interface SqlRun {
  readonly schemas: SqlSchemas;
  readonly clock: VirtualClock;
  readonly seed: number;
  readonly without?: SqlWithout;
}

interface World extends SqlRun {
  readonly mail: Mail;
  /** Per transaction and branch, as all processes call it: what it met is known to all. */
  readonly remotes: ReadonlyMap<string, Readonly<Record<BranchName, RemoteParticipant<number>>>>;
}

interface Process {
  readonly coordinator: Coordinator<Record<string, RemoteParticipant<number>>>;
  readonly recovery: Recovery;
  transaction(work: (em: EntityManager) => Promise<void>): Promise<void>;
}

/** Transactions under way at once. */
const CONCURRENCY = 16;
/** Recovering processes that die at some step, one after the other. */
const RECOVERY_DEATHS = 3;
/** Virtual seconds after which all has ended, or something is wrong. */
const MAX_SECONDS = 40;
const metrics = createMetrics();
const identity = { kind: 'service', name: 'orders' } as const;

/**
 * Runs schedules at the same time: customers whose processes die, then recoveries that die, then one that lives, while
 * late calls come in. Resolves to what must not be, in words, with the number of the schedule.
 */
export async function runSqlSchedules(run: SqlRun, schedules: readonly RandomSchedule[]): Promise<string[]> {
  const { schemas, clock, seed, without = {} } = run;
  const mail = createMail();
  const hasBarrier = !without.barrier;
  const remotes = new Map(
    schedules.map((schedule) => {
      const remote = (name: BranchName) =>
        createSqlParticipant({ database: schemas.branches[name], clock, mail, hasBarrier }, name, schedule);
      return [
        String(schedule.number + 1),
        { stock: remote('stock'), coupon: remote('coupon'), funds: remote('funds') },
      ];
    }),
  );
  const world: World = { ...run, mail, remotes };
  await eachOf(schedules, (schedule) => serve(world, schedule, createLife(schedule.crashStep), 'place'));
  if (!without.recovery) {
    const random = DemoRandom.of(`tcc-recovery-${seed}`, schedules[0]?.number ?? 0);
    const lives = Array.from({ length: RECOVERY_DEATHS }, () => createLife(random.between(0, 300)));
    for (let second = 1; second <= MAX_SECONDS; second++) {
      clock.jump(1_000);
      await recover(world, lives);
      await mail.deliver('half');
      if (second === 2) {
        await eachOf(schedules, (schedule) => serve(world, schedule, createLife(), 'decide'));
      }
      if (second > 2 && !(await hasOpen(schemas))) break;
    }
  }
  await mail.deliver('all');
  return findSqlViolations(schemas, schedules);
}

/** Rounds until nothing is due. A process that dies is followed by the next. */
async function recover(world: World, lives: Life[]): Promise<void> {
  for (;;) {
    const life = lives[0] ?? createLife();
    const round = startProcess(world, life).recovery.round();
    const claimed = await Promise.race([round, life.died]);
    if (claimed === 0) return;
    if (claimed === undefined) lives.shift();
  }
}

async function hasOpen({ orders }: SqlSchemas): Promise<boolean> {
  const [row] = await orders.query('select id from orders.tcc_transaction where due_at is not null limit 1');
  return row !== undefined;
}

async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

function startProcess(world: World, life: Life): Process {
  const { schemas, clock, remotes } = world;
  const { orders } = schemas;
  const log = guardLog(sqlTransactionLog(orders), life);
  const remoteOf = (id: string, name: BranchName) => {
    const remote = remotes.get(id)?.[name];
    if (!remote) throw new Error(`There is no schedule of ${id}.`);
    return remote;
  };
  const participants = Object.fromEntries(
    branchNames.map((name) => {
      const remote: RemoteParticipant<number> = {
        try: async (id, amount, call) => remoteOf(id, name).try(id, amount, call),
        confirm: async (id, call) => remoteOf(id, name).confirm(id, call),
        cancel: async (id, call) => remoteOf(id, name).cancel(id, call),
      };
      return [name, guardParticipant(remote, life)];
    }),
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
    transaction: (work) =>
      life.around(() =>
        orders.transaction(async (em) => {
          await work(em);
          life.inside();
        }),
      ),
  };
}

/** What the service does that coordinates, until it is done, fails or dies. */
async function serve(
  world: World,
  schedule: RandomSchedule,
  life: Life,
  from: 'place' | 'decide',
): Promise<void> {
  const process = startProcess(world, life);
  const work = async () => {
    if (from === 'place') await place(world, schedule, process);
    await decide(world, schedule, process);
  };
  await Promise.race([work().catch(() => {}), life.died]);
}

async function place(
  { clock }: World,
  { number, amounts, local }: RandomSchedule,
  { coordinator, transaction }: Process,
): Promise<void> {
  const id = String(number + 1);
  await coordinator.begin(id, amounts, callOf(clock));
  try {
    await transaction(async (em) => {
      if (!(await coordinator.prepare(em, id))) throw new Error('Others cancelled it.');
      await em.execute("insert into orders.purchase values (?, 'CREATED')", [id]);
      if (local === 'aborted') throw new Error('The order is not valid.');
    });
    if (local === 'answer lost') throw new Error('Was it committed?');
  } catch (error) {
    await coordinator.abandon(id, callOf(clock));
    throw error;
  }
}

async function decide(
  { clock }: World,
  { number, local }: RandomSchedule,
  { coordinator, transaction }: Process,
): Promise<void> {
  const id = String(number + 1);
  const state = local === 'cancelled' ? 'CANCELLED' : 'PAID';
  let decided: ClaimedTransaction | undefined;
  await transaction(async (em) => {
    const changed = await em.execute<object[]>(
      "update orders.purchase set state = ? where id = ? and state = 'CREATED' returning id",
      [state, id],
    );
    if (changed.length === 0) return;
    decided = await (state === 'PAID' ? coordinator.confirm(em, id) : coordinator.cancel(em, id));
    if (!decided) throw new Error(`${id} is not prepared.`);
  });
  if (decided) await coordinator.finish(decided, callOf(clock));
}

const callOf = (clock: VirtualClock): CallContext => ({
  ...{ requestId: 'schedule', identity, signal: new AbortController().signal },
  deadlineMs: clock.now() + 2_000,
});
