import { Redis } from 'ioredis';
import type { Clock } from '../clock/clock.ts';
import { splitUrls } from '../config/split-urls.ts';
import { openRedis } from '../engines/redis.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { LiveSignals } from './live-signals.ts';
import { RedisLiveSignals } from './redis-live-signals.ts';

export interface OpenLiveSignalsOptions {
  /** One, or several of a cluster between commas; undefined for the imitation in this process. */
  readonly redisUrl: string | undefined;
  /** Of the imitation: the same as that of the services. */
  readonly keyspace: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The signals of the platform's Redis. A server that is away is no error: it will be back. */
export async function openLiveSignals(options: OpenLiveSignalsOptions): Promise<LiveSignals> {
  const { redisUrl, keyspace, clock, logger } = options;
  const nodes =
    redisUrl === undefined ? [(await openRedis({ keyspace })) as Redis] : nodesOf(splitUrls(redisUrl));
  const signals = new RedisLiveSignals({ nodes: () => nodes, clock, logger });
  return {
    subscribe: (topic, listener) => signals.subscribe(topic, listener),
    async stop() {
      await signals.stop();
      for (const node of nodes) node.disconnect();
    },
  };
}

/** Several URLs are nodes of one cluster, with the same credentials. */
function nodesOf(urls: readonly string[]): Redis[] {
  const parsed = urls.map((url) => new URL(url));
  const { username, password } = parsed.find((url) => url.username || url.password) ?? {};
  return parsed.map((url) => {
    if (username) url.username = username;
    if (password) url.password = password;
    return new Redis(url.href, { lazyConnect: true });
  });
}
