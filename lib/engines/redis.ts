import { type Cluster, Redis, type RedisOptions } from 'ioredis';
import RedisMock from 'ioredis-mock';
import { splitUrls } from '../config/split-urls.ts';
import { openRedisCluster } from './redis-cluster.ts';

/** One server, or a Redis Cluster: there each command takes keys of one slot only. */
export type RedisClient = Redis | Cluster;

export interface OpenRedisOptions {
  /**
   * `redis://` or `rediss://`; several of them, divided by commas, are nodes of one Redis Cluster. Without it Redis is
   * played inside this process.
   */
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
  /** Told that the server, or a node of the cluster, is away; of a server also that it is back. */
  warn?: (message: string) => void;
}

/** Says why Redis cannot be used, and what to do. Holds no password. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

const CONNECT_TIMEOUT_MS = 2_000;
const MAX_RECONNECT_DELAY_MS = 1_000;

const retryDelayMs = (attempt: number) => Math.min(25 * 2 ** attempt, MAX_RECONNECT_DELAY_MS);

/**
 * Opens a Redis client that fails fast: while the server is away every command rejects at once instead of queueing,
 * and nothing is sent twice, because a command that was under way may have been executed. It reconnects by itself.
 * Throws `RedisUnavailable` with one sentence when the server cannot be reached now. End it with `closeRedis`.
 */
export async function openRedis(options: OpenRedisOptions = {}): Promise<RedisClient> {
  const { url, urlVariable = 'REDIS_URL' } = options;
  if (url === undefined) return openInProcess(options.keyspace);
  const urls = splitUrls(url).map((item) => checkUrl(item, urlVariable));
  const [first, ...others] = urls as [URL, ...URL[]];
  if (others.length > 0) checkCluster(urls, urlVariable);
  try {
    return others.length > 0 ? await openCluster(urls, options) : await openServer(url, first, options);
  } catch (error) {
    throw new RedisUnavailable(
      `Redis of ${urlVariable} cannot be used: ${explain(error, urls.map(addressOf).join(', '))}, or unset ` +
        `${urlVariable} to use the one inside this process.`,
      { cause: error },
    );
  }
}

/** Lets the commands under way finish, within the command time-out, then closes the connection. */
export async function closeRedis(redis: RedisClient): Promise<void> {
  await redis.quit().catch(() => redis.disconnect());
}

async function openServer(text: string, url: URL, options: OpenRedisOptions): Promise<Redis> {
  const address = addressOf(url);
  const redis = new Redis(text, {
    ...clientOptions(options),
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: retryDelayMs,
  });
  let lastError: unknown;
  // Without a listener ioredis prints to the console.
  redis.on('error', (error) => {
    lastError = error;
  });
  try {
    await redis.connect();
    // Most keys of a cluster lie elsewhere. Who may not ask learns it from the first MOVED.
    const info = await redis.info('cluster').catch(() => '');
    if (/^cluster_enabled:1/m.test(info)) throw new Error('cluster_enabled:1');
    if (options.warn) tellOfAbsences(redis, address, options.warn);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw lastError ?? error;
  }
}

function tellOfAbsences(redis: Redis, address: string, warn: (message: string) => void): void {
  let isAway = false;
  redis.on('reconnecting', () => {
    if (!isAway) warn(`Redis at ${address} is away; it is tried again at least each second.`);
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) warn(`Redis at ${address} is back.`);
    isAway = false;
  });
}

function openCluster(urls: readonly URL[], options: OpenRedisOptions): Promise<Cluster> {
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS, warn } = options;
  const { username = '', password = '' } = urls.find(hasCredentials) ?? {};
  return openRedisCluster({
    nodes: urls.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 6379),
    })),
    nodeOptions: {
      ...clientOptions(options),
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(urls[0]?.protocol === 'rediss:' && { tls: {} }),
    },
    connectTimeoutMs,
    retryDelayMs,
    warn,
  });
}

function clientOptions(options: OpenRedisOptions): RedisOptions {
  const { commandTimeoutMs = 50, connectTimeoutMs = CONNECT_TIMEOUT_MS, connectionName } = options;
  return {
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
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
const addressOf = ({ hostname, port }: URL): string => `${hostname}:${port || 6379}`;

const hasCredentials = ({ username, password }: URL): boolean => username !== '' || password !== '';

function checkUrl(url: string, variable: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isRedis = parsed && ['redis:', 'rediss:'].includes(parsed.protocol);
  // The rest of a list can look like a host.
  if (parsed && isRedis && parsed.hostname && !parsed.hostname.includes(',')) return parsed;
  throw new RedisUnavailable(
    `${variable} is not a Redis URL. Set it to redis://user:password@host:6379 (rediss:// for TLS), to several of them ` +
      'divided by commas for a Redis Cluster, or unset it to use the one inside this process.',
  );
}

/** Nodes that a cluster names later have no URL: what holds for one must hold for all. */
function checkCluster(urls: readonly URL[], variable: string): void {
  const refuse = (sentence: string) => {
    throw new RedisUnavailable(`${variable} names several addresses of one Redis Cluster: ${sentence}`);
  };
  const differ = (of: (url: URL) => string, among = urls) => new Set(among.map(of)).size > 1;
  if (differ(({ protocol }) => protocol)) refuse('begin all of them with redis://, or all with rediss://.');
  if (differ(({ username, password }) => `${username}:${password}`, urls.filter(hasCredentials)))
    refuse('give all of them the same user and password.');
  if (urls.some(({ pathname }) => !['', '/', '/0'].includes(pathname)))
    refuse('a cluster has database 0 only, so end none of them with the number of another.');
}

function explain(error: unknown, address: string): string {
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  if (code === 'ECONNREFUSED') return `nothing listens at ${address}; start Redis, correct the address`;
  if (code === 'ENOTFOUND') return `the host of ${address} is unknown; correct it`;
  if (/^(WRONGPASS|NOAUTH|ERR invalid password)/.test(message))
    return `${address} refused the password; correct it`;
  if (message.includes('cluster support disabled'))
    return `${address} is no Redis Cluster; give the one address of a server, or those of a cluster`;
  if (message.startsWith('cluster_enabled'))
    return `${address} belongs to a Redis Cluster; give two or more of its addresses, divided by commas`;
  if (message.startsWith('CLUSTERDOWN'))
    return `the cluster of ${address} has slots without a master; repair it, correct the address`;
  return `${address} did not answer as expected (${code || 'no answer in time'}); correct the address`;
}
