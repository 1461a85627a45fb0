import calculateSlot from 'cluster-key-slot';
import { Cluster, type Redis } from 'ioredis';
import { type RedisClient, RedisUnavailable } from './redis.ts';
import { addressOf, refreshSlots } from './redis-cluster.ts';

/** One command, as the method of a client: `name(key, ...args)`. */
export interface RedisCommand {
  /** `set`, `mgetBuffer`, or one of the scripts. */
  readonly name: string;
  /** Further keys among `args` must lie in its slot. */
  readonly key: string;
  readonly args: readonly (string | number | Buffer)[];
}

/** A script by the name that commands use. */
export type RedisScripts = Readonly<Record<string, { readonly lua: string; readonly numberOfKeys: number }>>;

/** Sends many commands in few round trips. */
export interface RedisPipelines {
  /**
   * The answers, in the order of the commands. They go to all the nodes that own their keys at the same time, in
   * pipelines of at most 100 commands and 256 KiB, of which 4 are under way to a node. Commands for one key are executed
   * in their order, unless its slot is moving.
   * @throws RedisUnavailable as soon as a node has not answered a command; the error of Redis where it refused one. Other
   *   commands may have been executed, and that one too.
   */
  send(commands: readonly RedisCommand[]): Promise<unknown[]>;
  /** Keys with the same number may share a command. */
  slotOf(key: string): number;
}

const MAX_COMMANDS = 100;
const MAX_BYTES = 256 * 1_024;
/** One call has no more than a mebibyte under way to a node. */
const MAX_PIPELINES_UNDER_WAY = 4;
/** The node has not executed it: the key is elsewhere. */
const REDIRECTED = /^(MOVED|ASK) /;
/** Answers of a node that cannot do it now; TRYAGAIN while a slot moves, and keys of one command with it. */
const UNABLE = /^(TRYAGAIN|CLUSTERDOWN|LOADING|MASTERDOWN|READONLY|NOREPLICAS|BUSY) /;

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** Where a command comes from, and goes with its answer. */
interface Place {
  readonly index: number;
  readonly command: RedisCommand;
}

/**
 * Own code: ioredis packs no pipeline by size, refuses one that spans nodes, and neither follows nor learns from a
 * redirection of some of its commands. Here each node gets a pipeline of its own connection, and what was redirected
 * goes out again by itself, where ioredis follows.
 */
export function createRedisPipelines(
  client: RedisClient,
  { scripts = {} }: { readonly scripts?: RedisScripts } = {},
): RedisPipelines {
  const prepared = new WeakSet<RedisClient>();

  /** A node's connection does not know the scripts of its cluster's client. */
  function withScripts<Client extends RedisClient>(connection: Client): Client {
    if (prepared.has(connection)) return connection;
    for (const [name, script] of Object.entries(scripts)) connection.defineCommand(name, script);
    prepared.add(connection);
    return connection;
  }

  function unavailable(address: string, reason: string, cause?: unknown): RedisUnavailable {
    // A node that hangs is not the master for long, and its connections stay open.
    if (client instanceof Cluster) refreshSlots(client);
    return new RedisUnavailable(`Redis at ${address} did not answer: ${reason.replace(/\.$/, '')}.`, {
      cause,
    });
  }

  function typed(error: Error, address: string): Error {
    if (error instanceof RedisUnavailable || (error.name === 'ReplyError' && !UNABLE.test(error.message)))
      return error;
    return unavailable(address, error.message, error);
  }

  /** The address of a key's master, as far as this client knows. */
  const ownerOf = (key: string): string =>
    client instanceof Cluster ? (client.slots[calculateSlot(key)]?.[0] ?? 'no node') : addressOf(client);

  /** The commands of each connection, or of the address of a node that there is none to. */
  function byNode(commands: readonly RedisCommand[]): [Redis | string, Place[]][] {
    const places = commands.map((command, index) => ({ index, command }));
    if (!(client instanceof Cluster)) return [[client, places]];
    // One that connects would queue its commands.
    const usable = client.nodes().filter(({ status }) => status === 'ready' || status === 'wait');
    const nodes = new Map(usable.map((node) => [addressOf(node), node]));
    const groups = Map.groupBy(places, ({ command }) => ownerOf(command.key));
    return [...groups].map(([address, group]) => [nodes.get(address) ?? address, group]);
  }

  async function sendTo(node: Redis | string, places: readonly Place[], answers: unknown[]): Promise<void> {
    if (typeof node === 'string') throw unavailable(node, 'it is away');
    const pipelines = pack(places).values();
    let hasFailed = false;
    const sendOneByOne = async () => {
      for (const pipeline of pipelines) {
        if (hasFailed) return;
        await run(withScripts(node), pipeline, answers);
      }
    };
    try {
      await Promise.all(Array.from({ length: MAX_PIPELINES_UNDER_WAY }, sendOneByOne));
    } finally {
      hasFailed = true;
    }
  }

  async function run(node: Redis, places: readonly Place[], answers: unknown[]): Promise<void> {
    const address = addressOf(node);
    const results = await exec(node, places).catch((error: Error) => {
      throw typed(error, address);
    });
    const redirected: Place[] = [];
    for (const [position, place] of places.entries()) {
      const [error, answer] = results[position] ?? [new Error('no answer')];
      if (!error) answers[place.index] = answer;
      else if (REDIRECTED.test(error.message)) redirected.push(place);
      else throw typed(error, address);
    }
    await Promise.all(redirected.map((place) => follow(place, answers)));
  }

  async function follow({ index, command: { name, key, args } }: Place, answers: unknown[]): Promise<void> {
    try {
      answers[index] = await methodsOf(withScripts(client))[name]?.(key, ...args);
    } catch (error) {
      throw typed(error as Error, ownerOf(key));
    }
  }

  return {
    async send(commands) {
      const answers = new Array<unknown>(commands.length);
      await Promise.all(byNode(commands).map(([node, places]) => sendTo(node, places, answers)));
      return answers;
    },
    slotOf: (key) => (client instanceof Cluster ? calculateSlot(key) : 0),
  };
}

/** A pipeline of one would cost an MGET half as much again. */
async function exec(
  node: Redis,
  places: readonly Place[],
): Promise<[error: Error | null, answer: unknown][]> {
  const [{ command }] = places as [Place];
  if (places.length > 1)
    return (
      (await node.pipeline(places.map(({ command: { name, key, args } }) => [name, key, ...args])).exec()) ??
      []
    );
  try {
    return [[null, await methodsOf(node)[command.name]?.(command.key, ...command.args)]];
  } catch (error) {
    return [[error as Error, undefined]];
  }
}

const methodsOf = (client: RedisClient) => client as unknown as Methods;

/** Into pipelines within the bounds. What is too large by itself goes alone. */
function pack(places: readonly Place[]): Place[][] {
  const pipelines: Place[][] = [];
  let current: Place[] = [];
  let bytes = 0;
  for (const place of places) {
    const size = sizeOf(place.command);
    if (current.length === 0 || current.length === MAX_COMMANDS || bytes + size > MAX_BYTES) {
      current = [];
      bytes = 0;
      pipelines.push(current);
    }
    current.push(place);
    bytes += size;
  }
  return pipelines;
}

function sizeOf({ key, args }: RedisCommand): number {
  const sizes = args.map((arg) => (typeof arg === 'number' ? 8 : Buffer.byteLength(arg)));
  return sizes.reduce((sum, size) => sum + size, Buffer.byteLength(key));
}
