import type { Redis, RedisOptions } from 'ioredis';
import { type Clock, sleep } from '../clock/clock.ts';
import { timedOut, within } from '../lifecycle/within.ts';

export interface RedisListenerOptions {
  readonly channel: string;
  /** One to open the listening connection like: the server, or any node of a cluster, as all of them pass messages on. */
  readonly node: () => Redis;
  readonly clock: Clock;
  readonly onMessage: (text: string) => void;
  /** The channel is heard from now on: what was said before was not. */
  readonly onHeard: () => void;
  /** It is not heard any more, or still not: an attempt came to this. */
  readonly onLost: (error: unknown) => void;
}

/** Listens to one channel until it is stopped, whatever becomes of Redis. */
export interface RedisListener {
  /** Resolves after the first attempt to listen. */
  readonly attempted: Promise<void>;
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 2_000;
/** A server that vanished closes no connection: each so often it must answer. */
const PING_EVERY_MS = 2_000;
const ANSWER_MS = 2_000;

const connectionOptions = {
  lazyConnect: true,
  connectTimeout: 2_000,
  // Neither a start nor a stop hangs on a server that takes commands and answers none.
  commandTimeout: ANSWER_MS,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  // A client that subscribes again by itself rejects where nobody listens, and does not say when it is heard again.
  autoResubscribe: false,
  retryStrategy: () => null,
  keepAlive: 10_000,
} satisfies Partial<RedisOptions>;

/**
 * Opens connections of its own, one after the other: who subscribes can do nothing else, and a Cluster hides when its
 * subscriber was lost.
 */
export function startRedisListener(options: RedisListenerOptions): RedisListener {
  const { channel, clock } = options;
  const ending = new AbortController();
  const first = Promise.withResolvers<void>();

  /** Listens until the end; throws when the connection is lost. */
  async function listenOnce(signal: AbortSignal, heard: () => void): Promise<void> {
    const connection = options.node().duplicate({ ...connectionOptions, connectionName: channel });
    const { promise: gone, resolve: lose } = Promise.withResolvers<void>();
    let lastError = new Error('The connection was lost.');
    const hear = (_channel: string, text: string) => options.onMessage(text);
    const end = () => lose();
    // Without a listener ioredis prints to the console.
    connection.on('error', (error: Error) => {
      lastError = error;
    });
    connection.on('end', end);
    connection.on('message', hear);
    signal.addEventListener('abort', end);
    try {
      const subscribing = connection.connect().then(() => connection.subscribe(channel));
      const isHeard = await Promise.race([gone.then(() => false), subscribing.then(() => true)]);
      if (signal.aborted) return;
      // Where nobody listens the connection ends without a word to whoever waits for it.
      if (!isHeard) throw lastError;
      heard();
      while ((await within(clock, PING_EVERY_MS, gone)) === timedOut) {
        const answer = await within(clock, ANSWER_MS, connection.ping());
        if (answer === timedOut) throw new Error('The server does not answer any more.');
      }
      if (!signal.aborted) throw lastError;
    } finally {
      signal.removeEventListener('abort', end);
      // The client inside this process hears messages after its end too.
      connection.off('message', hear);
      connection.disconnect();
    }
  }

  async function listen(signal: AbortSignal): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        await listenOnce(signal, () => {
          pauseMs = FIRST_PAUSE_MS;
          options.onHeard();
          first.resolve();
        });
      } catch (error) {
        options.onLost(error);
      }
      first.resolve();
      if (signal.aborted) return;
      await sleep(clock, pauseMs, signal);
      pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
    }
  }

  const listening = listen(ending.signal);
  return {
    attempted: first.promise,
    async stop() {
      ending.abort();
      await listening;
    },
  };
}
