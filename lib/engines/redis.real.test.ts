import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import { type RealRedis, startRealRedis } from '../testing/real-redis.ts';
import { describeRedis } from './redis.contract.ts';
import { closeRedis, openRedis } from './redis.ts';

describeRedis('a server', async () => {
  const server = await startRealRedis();
  return { open: () => openRedis({ url: server.url }), close: () => server.stop() };
});

describe('Redis on a server only', () => {
  let server: RealRedis;
  let redis: Redis;
  before(async () => {
    server = await startRealRedis();
    redis = await openRedis({ url: server.url, connectionName: 'tiffin-test' });
  });
  after(async () => {
    redis.disconnect();
    await server.stop();
  });

  it('gives up on a command that gets no answer in time, and works again afterwards', async () => {
    const admin = await openRedis({ url: server.url });
    await admin.client('PAUSE', 200, 'ALL');
    await assert.rejects(redis.get('key'), { message: 'Command timed out' });
    await admin.client('UNPAUSE').catch(() => {});
    const patient = await openRedis({ url: server.url, commandTimeoutMs: 5_000 });
    assert.equal(await patient.get('key'), null);
    await Promise.all([closeRedis(admin), closeRedis(patient)]);
  });

  it('fails fast while the server is away, sends nothing twice, and comes back by itself', async () => {
    const admin = await openRedis({ url: server.url });
    const patient = await openRedis({ url: server.url, commandTimeoutMs: 5_000 });
    await admin.client('PAUSE', 60_000, 'ALL');
    const gone = Promise.all([once(redis, 'close'), once(patient, 'close')]);
    const underWay = assert.rejects(patient.incr('counter'), { name: 'MaxRetriesPerRequestError' });
    await server.kill();
    await gone;
    await underWay;
    const startMs = performance.now();
    await assert.rejects(redis.get('key'));
    assert.ok(performance.now() - startMs < 50);
    const ready = Promise.all([once(redis, 'ready'), once(patient, 'ready')]);
    await server.restart();
    await ready;
    assert.equal(await redis.get('counter'), null);
    admin.disconnect();
    patient.disconnect();
  });

  it('fails one command of a pipeline without the others', async () => {
    const results = await redis.pipeline().set('text', 'a').lpush('text', 'b').get('text').exec();
    assert.deepEqual(
      results?.map(([error, value]) => (error ? /WRONGTYPE/.test(error.message) : value)),
      ['OK', true, 'a'],
    );
  });

  it('refuses a wrong password with a sentence', async () => {
    const admin = await openRedis({ url: server.url });
    await admin.config('SET', 'requirepass', 'right');
    const url = server.url.replace('redis://', 'redis://:wrong-secret@');
    await assert.rejects(openRedis({ url }), (error: Error) => {
      assert.match(error.message, /refused the password; correct it/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
    await closeRedis(admin);
  });
});
