import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeRedis } from './redis.contract.ts';
import { closeRedis, openRedis } from './redis.ts';

describeRedis('inside this process', async () => ({
  open: () => openRedis({ keyspace: 'contract' }),
  async close() {},
}));

describe('openRedis', () => {
  it('keeps keyspaces apart', async () => {
    const [mine, yours] = await Promise.all([
      openRedis({ keyspace: 'mine' }),
      openRedis({ keyspace: 'yours' }),
    ]);
    await mine.set('key', 'value', 'PX', 10_000);
    assert.equal(await yours.get('key'), null);
    await Promise.all([closeRedis(mine), closeRedis(yours)]);
  });

  it('refuses a URL that is none, without repeating it', async () => {
    for (const url of ['', 'secret', 'http://:secret@host', 'redis://']) {
      await assert.rejects(openRedis({ url }), (error: Error) => {
        assert.match(error.message, /^REDIS_URL is not a Redis URL\. Set it to/);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      });
    }
  });

  it('says at once that nothing listens, where, and what to do', async () => {
    await assert.rejects(openRedis({ url: 'redis://:secret@127.0.0.1:1' }), {
      name: 'RedisUnavailable',
      message:
        'Redis of REDIS_URL cannot be used: nothing listens at 127.0.0.1:1; start Redis, correct the address, ' +
        'or unset REDIS_URL to use the one inside this process.',
    });
  });
});
