import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import type { RedisClient } from '@tiffin/lib/engines/redis';
import type { Outbox } from '@tiffin/lib/events/outbox';
import type { IdGenerator } from '@tiffin/lib/ids/id-generator';
import { TaskScope } from '@tiffin/lib/lifecycle/task-scope';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { Metrics } from '@tiffin/lib/telemetry/metrics';
import type { AccessServiceService } from '@tiffin/proto/gen/tiffin/access/v1/access';
import { createInstanceBeats } from '../data/instance-beats.ts';
import { createSaleCounters, type SaleCounters } from '../data/sale-counters.ts';
import { AccessDenials } from './access-denials.ts';
import { createHasJoined, type HasJoined } from './has-joined.ts';
import { createJoinMetrics, type JoinMetrics } from './join-metrics.ts';
import { createKeepPromise, type KeepPromise } from './keep-promise.ts';
import { LiveInstances } from './live-instances.ts';
import { CounterLoader } from './load-counters.ts';
import { BOARD_AGE_MS, SaleBoard } from './sale-board.ts';
import { SaleBuckets } from './sale-buckets.ts';
import { SaleSecrets } from './sale-secret.ts';
import { StockView } from './stock-view.ts';
import { createTicketIdOf, type TicketIdOf } from './ticket-id-of.ts';

/** What the use cases of those who join flash sales work with. */
export interface JoinDeps {
  readonly clock: Clock;
  /** Microseconds from any beginning. */
  readonly nowUs: () => number;
  /** From 0 to 1: how long people are told to wait. */
  readonly random: () => number;
  readonly database: Database;
  readonly ids: Pick<IdGenerator, 'nextId'>;
  readonly outbox: Outbox;
  /** Knows who may take part. */
  readonly access: Pick<RpcClient<AccessServiceService>, 'checkAccess' | 'batchCheckAccess'>;
  /** Whom it kept out of late. */
  readonly denials: AccessDenials;
  readonly board: SaleBoard;
  readonly secrets: SaleSecrets;
  readonly instances: LiveInstances;
  readonly buckets: SaleBuckets;
  readonly stock: StockView;
  readonly counters: SaleCounters;
  readonly hasJoined: HasJoined;
  readonly ticketIdOf: TicketIdOf;
  readonly keepPromise: KeepPromise;
  readonly loader: CounterLoader;
  readonly metrics: JoinMetrics;
}

export interface JoinDepsOptions extends Pick<JoinDeps, 'clock' | 'database' | 'ids' | 'outbox' | 'access'> {
  readonly redis: RedisClient;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Default: the two of this process. */
  readonly random?: () => number;
  readonly nowUs?: () => number;
  /** Default: those of `redis`. */
  readonly counters?: SaleCounters;
}

/** The dependencies, and what goes on behind them until it is stopped. */
export interface OpenedJoins {
  readonly deps: JoinDeps;
  /** Reads which flash sales there are, and again each second. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function openJoins(options: JoinDepsOptions): OpenedJoins {
  const { clock, database, ids, outbox, access, redis, logger, metrics } = options;
  const { random = Math.random, nowUs = () => performance.now() * 1_000 } = options;
  const { counters = createSaleCounters(redis, clock) } = options;
  const background = new TaskScope({ clock, logger, metrics });
  const board = new SaleBoard({ clock, logger, metrics, database });
  const instances = new LiveInstances({
    clock,
    logger,
    metrics,
    beats: createInstanceBeats(redis),
    instanceId: randomUUID(),
    background,
  });
  const deps: JoinDeps = {
    clock,
    nowUs,
    random,
    database,
    ids,
    outbox,
    access,
    denials: new AccessDenials({ clock }),
    board,
    secrets: new SaleSecrets({ clock, database, newSecret: () => randomBytes(32) }),
    instances,
    buckets: new SaleBuckets({ clock, random, instances: () => instances.count }),
    stock: new StockView({ clock, counters }),
    counters,
    hasJoined: createHasJoined(counters),
    ticketIdOf: createTicketIdOf(database),
    keepPromise: createKeepPromise(counters),
    loader: new CounterLoader({ database, counters, newLock: randomUUID, background }),
    metrics: createJoinMetrics(metrics),
  };
  return {
    deps,
    async start() {
      await board.refresh();
      background.repeat('read flash sales', BOARD_AGE_MS, () => board.refresh());
    },
    async stop() {
      await background.stop();
    },
  };
}
