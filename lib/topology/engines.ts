import type { Redis } from 'ioredis';
import type { Clock } from '../clock/clock.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../engines/database.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../engines/embedded-postgres.ts';
import { closeRedis, openRedis } from '../engines/redis.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface EnginesOptions {
  readonly dataDir: string;
  /** The PostgreSQL server of a service and the variable that names it; absent for the embedded engine. */
  readonly databaseUrlOf: (
    service: string,
  ) => { readonly url: string; readonly variable: string } | undefined;
  readonly redisUrl: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The engines of one process. Which ones is decided here, once; nobody else asks. */
export interface Engines {
  openDatabase(
    service: string,
    options: Pick<DatabaseOptions, 'schema' | 'entities' | 'migrations'>,
  ): Promise<Database>;
  openRedis(): Promise<Redis>;
  close(): Promise<void>;
}

export function createEngines(options: EnginesOptions): Engines {
  const { dataDir, databaseUrlOf, redisUrl, clock, logger } = options;
  const warn = (message: string) => logger.warn(message);
  // Opened with the first service that needs it, shared by all.
  let embedded: Promise<EmbeddedPostgres> | undefined;
  let redis: Promise<Redis> | undefined;

  return {
    async openDatabase(service, serviceOptions) {
      const server = databaseUrlOf(service);
      if (server) {
        return openDatabase({
          ...serviceOptions,
          url: server.url,
          urlVariable: server.variable,
          clock,
          warn,
        });
      }
      embedded ??= openEmbeddedPostgres({ dataDir, clock });
      return openDatabase({ ...serviceOptions, embedded: await embedded, clock, warn });
    },
    openRedis() {
      redis ??= openRedis({ url: redisUrl, keyspace: dataDir, warn });
      return redis;
    },
    async close() {
      const client = await redis?.catch(() => undefined);
      if (client) await closeRedis(client);
      await (await embedded?.catch(() => undefined))?.close();
    },
  };
}
