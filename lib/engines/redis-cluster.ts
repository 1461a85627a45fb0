import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { type Clock, systemClock } from '../clock/clock.ts';

export interface RedisClusterOptions {
  /** Where some of its nodes are; they name the others. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** How to speak to each node: credentials, TLS, time-outs. */
  readonly nodeOptions: RedisOptions;
  /** Longest wait for the cluster at the start. */
  readonly connectTimeoutMs: number;
  readonly retryDelayMs: (attempt: number) => number;
  /** Told of each node that is lost, once until it is back. */
  readonly warn: ((message: string) => void) | undefined;
}

/**
 * A command follows so many MOVED and ASK at most. They are refusals: whatever they answer has not been executed. Two
 * are common while slots move, more mean that the nodes disagree.
 */
const MAX_REDIRECTIONS = 4;
/** How often the map of slots is read again where nobody learns from a MOVED: a hung node's connections stay open. */
const SLOTS_REFRESH_MS = 2_000;
/** However many calls a lost node fails. */
const REFRESH_GAP_MS = 100;
/** Keys of one command lie on two nodes while their slot moves. */
const TRY_AGAIN_MS = 5;

/**
 * Opens a client of a Redis Cluster under the rules of `openRedis`: what cannot be sent now is rejected at once, and what
 * may have been executed is not sent again. After a failover it finds the new master by itself.
 * Rejects with the error of the node that was asked last, or with CLUSTERDOWN.
 */
export async function openRedisCluster(options: RedisClusterOptions): Promise<Cluster> {
  const { nodes, nodeOptions, connectTimeoutMs, retryDelayMs, warn } = options;
  const cluster = new Cluster([...nodes], {
    lazyConnect: true,
    enableOfflineQueue: false,
    scaleReads: 'master',
    maxRedirections: MAX_REDIRECTIONS,
    // 0 is "never": a command whose connection closed may have been executed.
    retryDelayOnFailover: 0,
    // 0 is "never": without a majority there is nothing to wait for in 50 ms.
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: TRY_AGAIN_MS,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    clusterRetryStrategy: retryDelayMs,
    // A certificate is made out to a name; ioredis would connect to its address.
    dnsLookup: (hostname, done) => done(null, hostname),
    redisOptions: nodeOptions,
  });
  /** Sentences that were said of each node, until it is back. */
  const told = new Map<string, Set<string>>();
  let lastError: Error | undefined;
  let isOpen = false;
  // No node has named the others. Without a listener ioredis prints to the console.
  cluster.on('error', (error: Error & { lastNodeError?: Error }) => {
    lastError = error.lastNodeError ?? error;
  });
  cluster.on('node error', ({ message }: Error, address: string) => {
    const sentences = told.get(address) ?? new Set();
    told.set(address, sentences);
    // It hangs, or this process had no time for its answer.
    const what = isTimeout(message) ? 'does not answer in time' : 'is away';
    if (isOpen && !sentences.has(what)) warn?.(`Redis node ${address} ${what}.`);
    sentences.add(what);
  });
  cluster.on('+node', (node: Redis) => node.on('ready', () => told.delete(addressOf(node))));
  cluster.on('-node', () => refreshSlots(cluster));
  cluster.on('ready', () => connectMasters(cluster));
  // Before it is ready, ioredis asks for its state, and would be rejected too.
  cluster.on('refresh', () => {
    lastError = undefined;
    if (cluster.status === 'ready') connectMasters(cluster);
  });
  try {
    await ready(cluster, connectTimeoutMs, () => lastError);
    await Promise.allSettled(cluster.nodes('master').map((node) => node.ping()));
    isOpen = true;
    return cluster;
  } catch (error) {
    cluster.disconnect();
    throw (error as Error).message === 'Connection is closed.' ? await whyClosed(options, error) : error;
  }
}

/** ioredis keeps to itself why it could not connect to a node; a connection of our own says it. */
async function whyClosed({ nodes, nodeOptions }: RedisClusterOptions, otherwise: unknown): Promise<unknown> {
  const redis = new Redis({ ...nodeOptions, ...nodes[0], lazyConnect: true, retryStrategy: null });
  let reason = otherwise;
  redis.on('error', (error) => {
    reason = error;
  });
  await redis.connect().catch(() => {});
  redis.disconnect();
  return reason;
}

/** As ioredis says it, of a command and of the map of slots. */
const isTimeout = (message: string): boolean => message === 'Command timed out' || message === 'timeout';

/** As the map of slots names it. */
export const addressOf = ({ options: { host, port } }: Redis): string => `${host}:${port}`;

const nextRefreshesMs = new WeakMap<Cluster, number>();

/** Has the map of slots read again, and lost connections made again: something there is not true any more. */
export function refreshSlots(cluster: Cluster, clock: Pick<Clock, 'now'> = systemClock): void {
  const nowMs = clock.now();
  if (cluster.status !== 'ready' || nowMs < (nextRefreshesMs.get(cluster) ?? 0)) return;
  nextRefreshesMs.set(cluster, nowMs + REFRESH_GAP_MS);
  cluster.refreshSlotsCache();
}

/** ioredis connects at the first command, and would reject the second: its node is "connecting". */
function connectMasters(cluster: Cluster): void {
  for (const node of cluster.nodes('master')) if (node.status === 'wait') node.connect().catch(() => {});
}

/**
 * Connecting is tried again where no node has answered in time, or slots are without a master; any other reason stays
 * as it is. `connect` itself settles never when the cluster is not whole.
 */
function ready(cluster: Cluster, timeoutMs: number, lastError: () => Error | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUpIfHopeless = () => {
      const error = lastError();
      if (error && !isTimeout(error.message)) settle(error);
    };
    const timer = setTimeout(() => settle(lastError() ?? new Error('CLUSTERDOWN')), timeoutMs);
    const settle = (error?: Error) => {
      clearTimeout(timer);
      cluster.off('close', giveUpIfHopeless);
      if (error) reject(error);
      else resolve();
    };
    cluster.once('ready', () => settle());
    cluster.on('close', giveUpIfHopeless);
    cluster.connect().catch(() => {});
  });
}
