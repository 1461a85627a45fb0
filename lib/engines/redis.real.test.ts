import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import { type RealRedis, startRealRedis } from '../testing/real-redis.ts';
import { describeRedis } from './redis.contract.ts';
import { type OpenRedisOptions, openRedis } from './redis.ts';

const COMMAND_TIMEOUT_MS = 500;
const PATIENCE_MS = 10_000;

const openServer = async (options: OpenRedisOptions) => (await openRedis(options)) as Redis;

/** Not `once` of node:events: that rejects at the errors in between. */
const heard = (redis: Redis, event: string) => new Promise((resolve) => redis.once(event, resolve));

describeRedis('a server', async () => {
  const server = await startRealRedis();
  return {
    open: () => openRedis({ url: server.url, commandTimeoutMs: PATIENCE_MS }),
    close: () => server.stop(),
  };
});

describe('Redis on a server only', () => {
  let server: RealRedis;
  let redis: Redis;
  before(async () => {
    server = await startRealRedis();
    redis = await openServer({
      url: server.url,
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
      connectionName: 'test',
    });
  });
  after(async () => {
    redis.disconnect();
    await server.stop();
  });

  it('gives up on a command that gets no answer in time, and works again afterwards', async () => {
    await withClient((admin) => admin.client('PAUSE', COMMAND_TIMEOUT_MS * 2, 'ALL'));
    await assert.rejects(redis.get('key'), { message: 'Command timed out' });
    await withClient(async (patient) => assert.equal(await patient.get('key'), null));
    assert.equal(await redis.get('key'), null);
  });

  it('fails fast while the server is away, sends nothing twice, and comes back by itself', async (t) => {
    const warnings: string[] = [];
    const patient = await openServer({
      url: server.url,
      commandTimeoutMs: PATIENCE_MS,
      warn: (warning) => warnings.push(warning),
    });
    t.after(() => patient.disconnect());
    await withClient((admin) => admin.client('PAUSE', 60_000, 'ALL'));
    const gone = [heard(redis, 'close'), heard(patient, 'close')];
    const underWay = assert.rejects(patient.incr('counter'), { name: 'MaxRetriesPerRequestError' });
    await server.kill();
    await Promise.all([...gone, underWay]);
    const startMs = performance.now();
    await assert.rejects(redis.get('key'));
    assert.ok(performance.now() - startMs < COMMAND_TIMEOUT_MS);
    const back = [heard(redis, 'ready'), heard(patient, 'ready')];
    await server.restart();
    await Promise.all(back);
    assert.equal(await patient.get('counter'), null);
    const { host } = new URL(server.url);
    assert.deepEqual(warnings, [
      `Redis at ${host} is away; it is tried again at least each second.`,
      `Redis at ${host} is back.`,
    ]);
  });

  it('fails one command of a pipeline without the others', async () => {
    const results = await redis.pipeline().set('text', 'a').lpush('text', 'b').get('text').exec();
    assert.deepEqual(
      results?.map(([error, value]) => (error ? /WRONGTYPE/.test(error.message) : value)),
      ['OK', true, 'a'],
    );
  });

  it('refuses to be taken for a cluster', async () => {
    const port = new URL(server.url).port;
    await assert.rejects(openRedis({ url: `${server.url},${server.url}`, commandTimeoutMs: PATIENCE_MS }), {
      name: 'RedisUnavailable',
      message:
        `Redis of REDIS_URL cannot be used: 127.0.0.1:${port}, 127.0.0.1:${port} is no Redis Cluster; give the one ` +
        'address of a server, or those of a cluster, or unset REDIS_URL to use the one inside this process.',
    });
  });

  it('refuses a wrong password with a sentence', async () => {
    await withClient((admin) => admin.config('SET', 'requirepass', 'right'));
    const url = server.url.replace('redis://', 'redis://:wrong-secret@');
    await assert.rejects(openRedis({ url, commandTimeoutMs: PATIENCE_MS }), (error: Error) => {
      assert.match(error.message, /refused the password; correct it/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });

  /** Does something with a client of its own, which may be slow. */
  async function withClient(use: (client: Redis) => Promise<unknown>): Promise<void> {
    const client = await openServer({ url: server.url, commandTimeoutMs: PATIENCE_MS });
    await use(client);
    client.disconnect();
  }
});
