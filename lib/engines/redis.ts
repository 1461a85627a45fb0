import { Redis, type RedisOptions } from 'ioredis';
import RedisMock from 'ioredis-mock';

export interface OpenRedisOptions {
  /** `redis://` or `rediss://`. Without it Redis is played inside this process. */
  url?: string | undefined;
  /** The environment variable that `url` came from, for error sentences. Default `REDIS_URL`. */
  urlVariable?: string;
  /** A command without an answer fails after this. Default 50 ms. Blocking commands need a client with more. */
  commandTimeoutMs?: number;
  /** Longest wait for a connection. Default 2,000 ms. */
  connectTimeoutMs?: number;
  /** Shown by CLIENT LIST. */
  connectionName?: string;
  /** In-process clients with the same keyspace share their keys, as clients of one server do. */
  keyspace?: string;
  /** Told of each lost connection and each failed attempt to have it back. */
  warn?: (message: string) => void;
}

/** Says why Redis cannot be used, and what to do. Holds no password. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

const MAX_RECONNECT_DELAY_MS = 2_000;

/**
 * Opens a Redis client that fails fast: while the server is away every command rejects at once instead of queueing,
 * and nothing is sent twice, because a command that was under way may have been executed. It reconnects by itself.
 * Throws `RedisUnavailable` with one sentence when the server cannot be reached now. End it with `closeRedis`.
 */
export async function openRedis(options: OpenRedisOptions = {}): Promise<Redis> {
  const { url, urlVariable = 'REDIS_URL', warn } = options;
  if (url === undefined) return openInProcess(options.keyspace);
  const address = checkUrl(url, urlVariable);
  const redis = new Redis(url, clientOptions(options));
  let lastError: unknown;
  // Without a listener ioredis prints to the console.
  redis.on('error', (error) => {
    lastError = error;
  });
  try {
    await redis.connect();
    redis.on('reconnecting', (delayMs: number) =>
      warn?.(`Redis at ${address} is away; the next try is in ${delayMs} ms.`),
    );
    return redis;
  } catch (error) {
    redis.disconnect();
    throw new RedisUnavailable(
      `Redis of ${urlVariable} cannot be used: ${explain(lastError ?? error, address)}, or unset ${urlVariable} to ` +
        'use the one inside this process.',
      { cause: error },
    );
  }
}

/** Lets the commands under way finish, within the command time-out, then closes the connection. */
export async function closeRedis(redis: Redis): Promise<void> {
  await redis.quit().catch(() => redis.disconnect());
}

function clientOptions(options: OpenRedisOptions): RedisOptions {
  const { commandTimeoutMs = 50, connectTimeoutMs = 2_000, connectionName } = options;
  return {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(25 * 2 ** attempt, MAX_RECONNECT_DELAY_MS),
    ...(connectionName !== undefined && { connectionName }),
  };
}

async function openInProcess(keyspace = 'tiffin'): Promise<Redis> {
  // The mock keeps one store for each address.
  const redis = new RedisMock({ host: keyspace, lazyConnect: true, enableOfflineQueue: false });
  await redis.connect();
  return redis;
}

/** The host and port, for people. The URL itself may hold a password. */
function checkUrl(url: string, variable: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && ['redis:', 'rediss:'].includes(parsed.protocol) && parsed.hostname) {
    return `${parsed.hostname}:${parsed.port || 6379}`;
  }
  throw new RedisUnavailable(
    `${variable} is not a Redis URL. Set it to redis://user:password@host:6379 (rediss:// for TLS), or unset it to ` +
      'use the one inside this process.',
  );
}

function explain(error: unknown, address: string): string {
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  if (code === 'ECONNREFUSED') return `nothing listens at ${address}; start Redis, correct the address`;
  if (code === 'ENOTFOUND') return `the host of ${address} is unknown; correct it`;
  if (/^(WRONGPASS|NOAUTH|ERR invalid password)/.test(message))
    return `${address} refused the password; correct it`;
  return `${address} did not answer as expected (${code || 'no answer in time'}); correct the address`;
}
