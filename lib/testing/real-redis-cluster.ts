import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import calculateSlot from 'cluster-key-slot';
import { Redis } from 'ioredis';
import { sleep, systemClock } from '../clock/clock.ts';
import { freePort } from './free-port.ts';
import { startServer } from './real-redis.ts';

/** A Redis Cluster of one's own: three masters with a replica each, gone with the test. */
export interface RealRedisCluster {
  /** The addresses of all six. */
  readonly url: string;
  /** The address of the master that owns a key. */
  masterOf(key: string): Promise<string>;
  /** Until the replica of the master that owns a key has all that was written to it so far. */
  replicated(key: string): Promise<void>;
  /** Ends the master that owns a key at once, as a crash would. */
  killMaster(key: string): Promise<void>;
  /** Stops it as a hung machine would be: its connections stay open, and nothing answers. */
  hangMaster(key: string): Promise<void>;
  /** Starts all that were ended, and lets those go on that hang. They come back as replicas if another took over. */
  restore(): Promise<void>;
  /** Until every slot has a master that is alive and known to all nodes. */
  whole(): Promise<void>;
  /** Moves the slot of a key to another master. It must be empty at the end of `meanwhile`. */
  moveSlot(key: string, meanwhile?: () => Promise<void>): Promise<void>;
  /** Each node by itself, for what only an admin asks. */
  onEachNode(ask: (node: Redis) => Promise<unknown>): Promise<void>;
  stop(): Promise<void>;
}

interface Node {
  readonly port: number;
  readonly folder: string;
  server: ChildProcess;
  isHung: boolean;
}

const NODES = 6;
const MASTERS = 3;
const SLOTS = 16_384;
/** A node counts as failed after that; its replica follows within a second. */
const NODE_TIMEOUT_MS = 800;
const PATIENCE_MS = 30_000;
const POLL_MS = 25;

const settings = [
  ...['--cluster-enabled', 'yes'],
  ...['--cluster-node-timeout', String(NODE_TIMEOUT_MS)],
  ...['--cluster-replica-validity-factor', '0'],
  ...['--cluster-allow-replica-migration', 'no'],
  // The other masters go on with what they have.
  ...['--cluster-require-full-coverage', 'no'],
  ...['--repl-diskless-sync-delay', '0'],
  // A replica that has received nothing yet is named to nobody.
  ...['--repl-ping-replica-period', '1'],
];

export async function startRealRedisCluster(): Promise<RealRedisCluster> {
  const nodes: Node[] = await Promise.all(Array.from({ length: NODES }, startNode));
  const alive = () => nodes.filter(({ server, isHung }) => isRunning(server) && !isHung);
  const stop = async () => {
    for (const { server } of nodes) await end(server);
    for (const { folder } of nodes) rmSync(folder, { recursive: true, force: true });
  };
  const anyNode = () => alive()[0] as Node;
  const masterOf = async (key: string) => {
    const port = (await slotsOf(anyNode())).get(calculateSlot(key))?.master;
    const node = nodes.find((candidate) => candidate.port === port);
    if (!node) throw new Error(`No node of the cluster owns ${key}.`);
    return node;
  };
  const whole = () =>
    until('every slot has a master', async () => {
      const infos = await Promise.all(alive().map((node) => asked(node, (redis) => redis.cluster('INFO'))));
      if (!infos.every((info) => String(info).includes('cluster_state:ok'))) return false;
      const maps = await Promise.all(alive().map(slotsOf));
      const ports = new Set(alive().map(({ port }) => port));
      const owners = (map: SlotMap) => Array.from({ length: SLOTS }, (_, slot) => map.get(slot)?.master);
      const [first, ...others] = maps.map(owners);
      const isSame = others.every((other) => other.join() === first?.join());
      return isSame && first?.every((port) => port !== undefined && ports.has(port)) === true;
    });
  try {
    await formCluster(nodes);
    await whole();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: nodes.map(({ port }) => `redis://127.0.0.1:${port}`).join(),
    masterOf: async (key) => `127.0.0.1:${(await masterOf(key)).port}`,
    async replicated(key) {
      const node = await masterOf(key);
      const written = Number(await replicationOf(node, /^master_repl_offset:(\d+)/m));
      await until('the replica has it', async () => {
        return Number(await replicationOf(node, /^slave0:.*offset=(\d+)/m)) >= written;
      });
    },
    async killMaster(key) {
      await end((await masterOf(key)).server);
    },
    async hangMaster(key) {
      const node = await masterOf(key);
      node.isHung = true;
      node.server.kill('SIGSTOP');
    },
    async restore() {
      for (const node of nodes) {
        if (node.isHung) node.server.kill('SIGCONT');
        node.isHung = false;
        if (!isRunning(node.server)) node.server = await startServer(node.port, node.folder, settings);
      }
      await whole();
      await Promise.all(alive().map(hasReplicas));
    },
    whole,
    async moveSlot(key, meanwhile) {
      const from = await masterOf(key);
      const slot = String(calculateSlot(key));
      const owners = new Set([...(await slotsOf(from)).values()].map(({ master }) => master));
      const to = alive().find(({ port }) => port !== from.port && owners.has(port)) as Node;
      const [fromId, toId] = await Promise.all([from, to].map(idOf));
      await asked(to, (redis) => redis.cluster('SETSLOT', slot, 'IMPORTING', fromId as string));
      await asked(from, (redis) => redis.cluster('SETSLOT', slot, 'MIGRATING', toId as string));
      await meanwhile?.();
      for (const node of [to, from])
        await asked(node, (redis) => redis.cluster('SETSLOT', slot, 'NODE', toId as string));
      await whole();
    },
    async onEachNode(ask) {
      for (const node of alive()) await asked(node, ask);
    },
    stop,
  };
}

/** Each master knows its third of the slots, all know each other, and each replica follows its master. */
async function formCluster(nodes: readonly Node[]): Promise<void> {
  const [first] = nodes as [Node];
  const share = Math.ceil(SLOTS / MASTERS);
  for (const [index, node] of nodes.entries()) {
    await asked(node, async (redis) => {
      await redis.cluster('SET-CONFIG-EPOCH', index + 1);
      if (index < MASTERS)
        await redis.cluster('ADDSLOTSRANGE', index * share, Math.min((index + 1) * share, SLOTS) - 1);
      if (node !== first) await redis.cluster('MEET', '127.0.0.1', first.port);
    });
  }
  await until('the nodes have met', async () => {
    const known = await Promise.all(nodes.map((node) => asked(node, (redis) => redis.cluster('INFO'))));
    return known.every((info) => String(info).includes(`cluster_known_nodes:${NODES}\r`));
  });
  await Promise.all(
    nodes.slice(MASTERS).map(async (replica, index) => {
      const id = await idOf(nodes[index] as Node);
      // It may not have heard yet that the node is a master.
      await until('a replica follows', () =>
        asked(replica, (redis) => redis.cluster('REPLICATE', id)).then(
          () => true,
          () => false,
        ),
      );
    }),
  );
  await Promise.all(nodes.map(hasReplicas));
}

/** Until a node knows of a replica for each master, and is in step with its own replica, or its own master. */
async function hasReplicas(node: Node): Promise<void> {
  await until('the replicas are in step', async () => {
    const slots = await slotsOf(node);
    const info = await asked(node, (redis) => redis.info('replication'));
    // A master sends nothing on before its replica has acknowledged what it got at first.
    const isInStep = /^(slave0:.*state=online,offset=[1-9]|master_link_status:up)/m.test(info);
    return isInStep && slots.size === SLOTS && [...slots.values()].every(({ replicas }) => replicas > 0);
  });
}

/** What a master says of its own replication, or nothing. */
async function replicationOf(node: Node, field: RegExp): Promise<string | undefined> {
  return field.exec(await asked(node, (redis) => redis.info('replication')))?.[1];
}

type SlotMap = ReadonlyMap<number, { readonly master: number; readonly replicas: number }>;

/** What a node thinks that owns each slot. */
async function slotsOf(node: Node): Promise<SlotMap> {
  const ranges = await asked(node, (redis) => redis.cluster('SLOTS'));
  const slots = new Map<number, { master: number; replicas: number }>();
  for (const [first, last, master, ...replicas] of ranges)
    for (let slot = first; slot <= last; slot++)
      slots.set(slot, { master: master?.[1] ?? 0, replicas: replicas.length });
  return slots;
}

const idOf = async (node: Node) => String(await asked(node, (redis) => redis.cluster('MYID')));

async function asked<Answer>(node: Node, ask: (redis: Redis) => Promise<Answer>): Promise<Answer> {
  const redis = new Redis(node.port, { lazyConnect: true, commandTimeout: 5_000, retryStrategy: null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const endMs = systemClock.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (systemClock.now() > endMs)
      throw new Error(`The Redis Cluster of the test: not in time that ${what}.`);
    await sleep(systemClock, POLL_MS);
  }
}

async function startNode(): Promise<Node> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'tiffin-redis-cluster-'));
  return { port, folder, server: await startServer(port, folder, settings), isHung: false };
}

const isRunning = (server: ChildProcess) => server.exitCode === null && server.signalCode === null;

async function end(server: ChildProcess): Promise<void> {
  if (!isRunning(server)) return;
  server.kill('SIGKILL');
  await once(server, 'exit');
}
