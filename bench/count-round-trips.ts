import type { RedisClient } from '@tiffin/lib/engines/redis';

type Methods = Record<string, unknown>;
type Method = (this: unknown, ...args: unknown[]) => unknown;

const counted = new WeakSet<RedisClient>();

/**
 * Tells `count` of each command and each pipeline that goes out by this client, from now on: on one server each is a
 * round trip. Commands that others put into a pipeline count as one.
 */
export function countRoundTrips(client: RedisClient, count: () => void): void {
  if (counted.has(client)) return;
  counted.add(client);
  const methods = client as unknown as Methods;
  const countCalls = (owner: Methods, name: string) => {
    const method = owner[name];
    if (typeof method !== 'function') return;
    owner[name] = function (this: unknown, ...args: unknown[]) {
      count();
      return (method as Method).apply(this, args);
    };
  };
  for (const name of commands) {
    countCalls(methods, name);
    countCalls(methods, `${name}Buffer`);
  }
  const pipeline = (methods['pipeline'] as Method).bind(client);
  methods['pipeline'] = (...args: unknown[]) => {
    const made = pipeline(...args) as Methods;
    countCalls(made, 'exec');
    return made;
  };
  const defineCommand = client.defineCommand.bind(client);
  client.defineCommand = (name, script) => {
    defineCommand(name, script);
    countCalls(methods, name);
  };
}

/** Those that our services send by themselves; scripts come by `defineCommand`. */
const commands = [
  ...['get', 'mget', 'set', 'del', 'unlink', 'exists', 'expire', 'pexpire', 'incr', 'publish', 'eval'],
  ...['hget', 'hmget', 'hset', 'hgetall', 'sadd', 'sismember', 'zadd', 'zrange', 'zrevrange', 'geoadd'],
] as const;
