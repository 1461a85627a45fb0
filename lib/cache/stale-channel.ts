import { Cluster, type Redis } from 'ioredis';
import type { Clock } from '../clock/clock.ts';
import type { RedisClient } from '../engines/redis.ts';
import { type RedisListener, startRedisListener } from '../engines/redis-listener.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Cache } from './cache.ts';
import type { CacheMetrics } from './cache-metrics.ts';
import { parseStaleMessage, StaleKeySender } from './stale-key-sender.ts';

export interface StaleChannelOptions {
  /** Publishes, and is the pattern for the connection that listens. */
  readonly redis: RedisClient;
  readonly service: string;
  /** Unlike that of any other process that lives or lived. */
  readonly publisherId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cache: Pick<Cache, 'forget' | 'forgetAll'>;
  readonly metrics: Pick<CacheMetrics, 'written'>;
}

/** Tells the processes of a service which keys went stale, and is told by them. */
export interface StaleChannel {
  /** Listens from now on, whatever becomes of Redis. Resolves after the first attempt; never rejects. */
  start(): Promise<void>;
  /** Tells the others of keys that were written at `writtenAtMs`, the epoch. Rejects where they were not told at once. */
  publish(keys: readonly string[], writtenAtMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** Whose numbers are remembered. One that was forgotten counts as new. */
const MAX_PUBLISHERS = 1_000;

/**
 * One Redis channel a service. Redis delivers a message once or never, and does not say which: so each publisher numbers
 * its messages from 1, and a receiver that does not find the number after the last one, or whose connection was lost,
 * answers from nothing that it keeps or reads for itself by then. The numbers are the versions of what is known about
 * writes: local values stand only as long as no version is missing. What no later message tells of is bounded by the lifetime of local
 * values. A publisher that is heard for the first time with another number than 1 counts as a gap too: what it said
 * before may have been lost.
 */
export function createStaleChannel(options: StaleChannelOptions): StaleChannel {
  const { redis, service, publisherId, clock, logger, cache, metrics } = options;
  const channel = `${service}:stale`;
  /** By publisher, the number of its last message; the one that was silent longest first. */
  const lastNumbers = new Map<string, number>();
  const sender = new StaleKeySender(publisherId, (message) => redis.publish(channel, message));
  let listener: RedisListener | undefined;

  function receive(text: string): void {
    const message = parseStaleMessage(text);
    if (!message) {
      logger.warn({ service }, 'unreadable message about stale keys');
      cache.forgetAll();
      return;
    }
    const { publisher, number, writes } = message;
    if (publisher === publisherId) return;
    if (number !== (lastNumbers.get(publisher) ?? 0) + 1) cache.forgetAll();
    remember(publisher, number);
    for (const { key, writtenAtMs } of writes) metrics.written(key, writtenAtMs);
    cache.forget(writes.map(({ key }) => key));
  }

  function remember(publisher: string, number: number): void {
    lastNumbers.delete(publisher);
    lastNumbers.set(publisher, number);
    if (lastNumbers.size <= MAX_PUBLISHERS) return;
    for (const silent of lastNumbers.keys()) {
      lastNumbers.delete(silent);
      return;
    }
  }

  function anyNode(): Redis {
    const nodes = redis instanceof Cluster ? redis.nodes('all') : [redis];
    const node = nodes[Math.floor(Math.random() * nodes.length)];
    if (!node) throw new Error('No node of the Redis Cluster is known.');
    return node;
  }

  return {
    async start() {
      listener ??= startRedisListener({
        channel,
        node: anyNode,
        clock,
        onMessage: receive,
        // What was read until now may be older than a message that was not heard.
        onHeard: () => cache.forgetAll(),
        onLost(err) {
          cache.forgetAll();
          logger.warn({ service, err }, 'writes of other processes are not heard of');
        },
      });
      await listener.attempted;
    },
    publish: (keys, writtenAtMs) => sender.send(keys, writtenAtMs),
    async stop() {
      await Promise.all([listener?.stop(), sender.stop()]);
      cache.forgetAll();
    },
  };
}
