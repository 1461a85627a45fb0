import type { Clock } from '../clock/clock.ts';
import { splitUrls } from '../config/split-urls.ts';
import type { Database, DatabaseOptions } from '../engines/database.ts';
import type { EmbeddedPostgres } from '../engines/embedded-postgres.ts';
import type { RedisClient } from '../engines/redis.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { KafkaSettings } from '../events/kafka/kafka-settings.ts';
import { type LiveSignals, noLiveSignals } from '../live/live-signals.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';

export interface EnginesOptions {
  readonly dataDir: string;
  /** The services of this process. */
  readonly services: readonly string[];
  /** Those of them that have a database. */
  readonly databases: readonly string[];
  /** The PostgreSQL server of a service and the variable that names it; absent for the embedded engine. */
  readonly databaseUrlOf: (
    service: string,
  ) => { readonly url: string; readonly variable: string } | undefined;
  readonly redisUrl: string | undefined;
  /** Undefined where events stay in the process. */
  readonly kafka: KafkaSettings | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * The engines of one process. Which ones is decided here, once; nobody else asks. Their libraries are loaded when they
 * are opened: a process without services pays for none.
 */
export interface Engines {
  /** Opens the embedded engines, or connects to the servers that the URLs name. Before anything else. */
  open(): Promise<void>;
  /** Which they are, for the person who started them. */
  readonly description: string;
  openDatabase(
    service: string,
    options: Pick<DatabaseOptions, 'schema' | 'entities' | 'migrations' | 'onStaleKeys'>,
  ): Promise<Database>;
  /** The client that the services of the process share. */
  redis(): RedisClient;
  /** Hears what services of all processes publish; also in a process without services, and before `open`. */
  openLiveSignals(): Promise<LiveSignals>;
  /** A client of its own of the Redis server, also before `open`; undefined where Redis is the imitation. */
  readonly openSharedRedis: (() => Promise<RedisClient>) | undefined;
  /** Carries the events of the process. It may be stopped before the other engines close. */
  bus(): ProcessBus;
  close(): Promise<void>;
}

/** The bus of one process. */
export interface ProcessBus extends EventBus {
  /** Says that the process has subscribed to all that it will: its events need not wait for consumers any longer. */
  begin(): void;
}

export function createEngines(options: EnginesOptions): Engines {
  const { dataDir, services, databases, databaseUrlOf, redisUrl, kafka, clock, logger, metrics } = options;
  const warn = (message: string) => logger.warn(message);
  const needsEmbedded = databases.some((service) => !databaseUrlOf(service));
  let embedded: EmbeddedPostgres | undefined;
  let redis: RedisClient | undefined;
  let bus: ProcessBus | undefined;

  return {
    description: describe(options, needsEmbedded),
    async open() {
      if (needsEmbedded) {
        const { openEmbeddedPostgres } = await import('../engines/embedded-postgres.ts');
        embedded = await openEmbeddedPostgres({ dataDir, clock });
      }
      const { openRedis } = await import('../engines/redis.ts');
      redis = await openRedis({ url: redisUrl, keyspace: dataDir, warn });
      bus = stoppedOnce(await openBus(kafka, { clock, logger, metrics }));
    },
    async openDatabase(service, serviceOptions) {
      const { openDatabase } = await import('../engines/database.ts');
      const server = databaseUrlOf(service);
      const engine = server ? { url: server.url, urlVariable: server.variable } : { embedded };
      return openDatabase({ ...serviceOptions, ...engine, clock, warn });
    },
    redis() {
      if (!redis) throw new Error('The engines are not open yet.');
      return redis;
    },
    async openLiveSignals() {
      // Nobody shares the imitation with a process that has no service.
      if (redisUrl === undefined && services.length === 0) return noLiveSignals;
      const { openLiveSignals } = await import('../live/open-live-signals.ts');
      return openLiveSignals({ redisUrl, keyspace: dataDir, clock, logger });
    },
    openSharedRedis:
      redisUrl === undefined
        ? undefined
        : async () => {
            const { openRedis } = await import('../engines/redis.ts');
            return openRedis({ url: redisUrl, connectionName: 'gateway', warn });
          },
    bus() {
      if (!bus) throw new Error('The engines are not open yet.');
      return bus;
    },
    async close() {
      await bus?.stop();
      if (redis) {
        const { closeRedis } = await import('../engines/redis.ts');
        await closeRedis(redis);
      }
      await embedded?.close();
    },
  };
}

async function openBus(
  kafka: KafkaSettings | undefined,
  options: Pick<EnginesOptions, 'clock' | 'logger' | 'metrics'>,
): Promise<ProcessBus> {
  if (kafka === undefined) {
    const { createInProcessBus } = await import('../events/in-process-bus.ts');
    return createInProcessBus(options);
  }
  const { createKafkaBus } = await import('../events/kafka/kafka-bus.ts');
  // Its consumers may be anywhere, and the broker keeps the events for them.
  return { ...createKafkaBus({ ...options, settings: kafka }), begin() {} };
}

function stoppedOnce(bus: ProcessBus): ProcessBus {
  let stopped: Promise<void> | undefined;
  return {
    ...bus,
    stop() {
      stopped ??= bus.stop();
      return stopped;
    },
  };
}

function describe(options: EnginesOptions, needsEmbedded: boolean): string {
  const { dataDir, databases, databaseUrlOf, redisUrl, kafka } = options;
  const hosts = new Set(databases.flatMap((service) => hostOf(databaseUrlOf(service)?.url)));
  const places = [
    ...(needsEmbedded ? [`PGlite in ${dataDir}/postgres`] : []),
    ...[...hosts].map((host) => `PostgreSQL at ${host}`),
  ];
  const redisHosts = redisUrl === undefined ? [] : splitUrls(redisUrl).flatMap(hostOf);
  return [
    ...places,
    redisHosts.length > 0 ? `Redis at ${redisHosts.join(' ')}` : 'Redis imitated in this process',
    ...(kafka ? [`Kafka at ${kafka.brokers.join(' ')}`] : []),
  ].join(', ');
}

/** Without the credentials. */
const hostOf = (url: string | undefined): string[] => (url === undefined ? [] : [new URL(url).host]);
