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
    for (const url of [
      '',
      'secret',
      'http://:secret@host',
      'redis://',
      'redis://a:1,http://:secret@b:2',
      'redis://a:1,,redis://:secret@b:2',
      'redis://:secret@a:1,redis://b:2,',
      'redis://:secret@a,b',
    ]) {
      await assert.rejects(openRedis({ url }), (error: Error) => {
        assert.match(error.message, /^REDIS_URL is not a Redis URL\. Set it to/);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      });
    }
  });

  it('refuses addresses that cannot be of one cluster, without repeating them', async () => {
    for (const [url, sentence] of [
      ['redis://a,rediss://:secret@b', /: begin all of them with redis:\/\/, or all with rediss:\/\/\.$/],
      ['redis://:secret@a,redis://:secret2@b', /: give all of them the same user and password\.$/],
      ['redis://a:1,redis://b:2/3', /: a cluster has database 0 only/],
    ] as const) {
      await assert.rejects(openRedis({ url }), (error: Error) => {
        assert.equal(error.name, 'RedisUnavailable');
        assert.match(error.message, /^REDIS_URL names several addresses of one Redis Cluster: /);
        assert.match(error.message, sentence);
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

  it('says the same of a cluster, whatever passwords hold', async () => {
    const url = 'redis://:secret,@127.0.0.1:1 , redis://127.0.0.1:2';
    await assert.rejects(openRedis({ url }), {
      name: 'RedisUnavailable',
      message:
        'Redis of REDIS_URL cannot be used: nothing listens at 127.0.0.1:1, 127.0.0.1:2; start Redis, correct the ' +
        'address, or unset REDIS_URL to use the one inside this process.',
    });
  });
});
