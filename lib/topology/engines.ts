import type { Redis } from 'ioredis';
import type { Clock } from '../clock/clock.ts';
import type { Database, DatabaseOptions } from '../engines/database.ts';
import type { EmbeddedPostgres } from '../engines/embedded-postgres.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface EnginesOptions {
  readonly dataDir: string;
  /** The services of this process. */
  readonly services: readonly string[];
  /** The PostgreSQL server of a service and the variable that names it; absent for the embedded engine. */
  readonly databaseUrlOf: (
    service: string,
  ) => { readonly url: string; readonly variable: string } | undefined;
  readonly redisUrl: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
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
    options: Pick<DatabaseOptions, 'schema' | 'entities' | 'migrations'>,
  ): Promise<Database>;
  /** The client that the services of the process share. */
  redis(): Redis;
  close(): Promise<void>;
}

export function createEngines(options: EnginesOptions): Engines {
  const { dataDir, services, databaseUrlOf, redisUrl, clock, logger } = options;
  const warn = (message: string) => logger.warn(message);
  const needsEmbedded = services.some((service) => !databaseUrlOf(service));
  let embedded: EmbeddedPostgres | undefined;
  let redis: Redis | undefined;

  return {
    description: describe(options, needsEmbedded),
    async open() {
      if (needsEmbedded) {
        const { openEmbeddedPostgres } = await import('../engines/embedded-postgres.ts');
        embedded = await openEmbeddedPostgres({ dataDir, clock });
      }
      const { openRedis } = await import('../engines/redis.ts');
      redis = await openRedis({ url: redisUrl, keyspace: dataDir, warn });
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
    async close() {
      if (redis) {
        const { closeRedis } = await import('../engines/redis.ts');
        await closeRedis(redis);
      }
      await embedded?.close();
    },
  };
}

function describe(options: EnginesOptions, needsEmbedded: boolean): string {
  const { dataDir, services, databaseUrlOf, redisUrl } = options;
  const hosts = new Set(services.flatMap((service) => hostOf(databaseUrlOf(service)?.url)));
  const databases = [
    ...(needsEmbedded ? [`PGlite in ${dataDir}/postgres`] : []),
    ...[...hosts].map((host) => `PostgreSQL at ${host}`),
  ];
  const [redisHost] = hostOf(redisUrl);
  return [...databases, redisHost ? `Redis at ${redisHost}` : 'Redis imitated in this process'].join(', ');
}

/** Without the credentials. */
const hostOf = (url: string | undefined): string[] => (url === undefined ? [] : [new URL(url).host]);
