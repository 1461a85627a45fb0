import type { Clock } from '../clock/clock.ts';
import type { Database, DatabaseOptions } from '../engines/database.ts';
import type { RedisClient } from '../engines/redis.ts';
import type { EventBus, Subscription } from '../events/event-bus.ts';
import type { IdGenerator } from '../ids/id-generator.ts';
import type { RpcBinding } from '../rpc/rpc-binding.ts';
import type { RpcClient, ServiceDefinition } from '../rpc/service.ts';
import type { Subgraph } from '../subgraph/subgraph.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Progress } from './progress.ts';
import type { ServiceTask } from './service-task.ts';

/** What a process gives to each service that runs in it. The engines and links behind it were chosen at start. */
export interface Platform {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where generated keys are kept. */
  readonly dataDir: string;
  /** Whether empty databases are filled with demo data. */
  readonly demoData: boolean;
  /** Shows how far a long piece of the start is; the label says of what. */
  progress(label: string): Progress;
  /** Opens and migrates the service's own schema. */
  openDatabase(
    options: Pick<DatabaseOptions, 'schema' | 'entities' | 'migrations' | 'onStaleKeys'>,
  ): Promise<Database>;
  /** Ids for the rows of `database`, under a leased worker id. Stopped by whoever opened it. */
  openIds(database: Database): Promise<IdGenerator>;
  /** Shared with the other services of the process: each prefixes its keys with its own name. */
  redis(): RedisClient;
  /** Carries events to the services of all processes. Whoever has an outbox sends by a relay. */
  readonly bus: Pick<EventBus, 'send'>;
  /** A client of another service, wherever that runs. */
  client<Service extends ServiceDefinition>(definition: Service): RpcClient<Service>;
}

/**
 * A service after its start, a part for each role. The process uses the parts whose roles it was asked for: a part does
 * nothing before, and a service has the same parts in each process.
 */
export interface RunningService {
  /** What it answers: its role `api`. */
  readonly rpc: readonly RpcBinding[];
  /** What it does about events: its role `jobs`. */
  readonly jobs?: readonly Job[];
  /** What it does by itself: its role `tasks`. */
  readonly tasks?: readonly ServiceTask[];
  /** Sends the events that it has gathered; called when tasks have ended and before the bus stops. Ends soon by itself. */
  readonly flush?: () => Promise<void>;
  /** What a person should know who started it, a line each. */
  readonly notes?: readonly string[];
  stop(): Promise<void>;
}

/** A consumer of one topic. */
// biome-ignore lint/suspicious/noExplicitAny: each job knows the payload of its own topic
export type Job = Subscription<any>;

/** The `start` that every service's `main.ts` exports. */
export type StartService = (platform: Platform) => Promise<RunningService>;

/** The `start` that every subgraph's `main.ts` exports. A subgraph has nothing to stop: it owns no storage. */
export type StartSubgraph = (platform: Pick<Platform, 'client' | 'logger' | 'metrics'>) => Subgraph;
