import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DemoRandom } from '../demo/demo-random.ts';
import { closeRedis, openRedis, RedisUnavailable } from '../engines/redis.ts';
import { createRedisPipelines } from '../engines/redis-pipelines.ts';
import { startLossyProxy } from './lossy-proxy.ts';
import { startRealRedis } from './real-redis.ts';

const commands = 2_000;

test('replies get lost, each alone; what they answered was executed', async (t) => {
  const server = await startRealRedis();
  t.after(() => server.stop());
  const random = new DemoRandom(3);
  const proxy = await startLossyProxy({ url: server.url, random: () => random.next() });
  t.after(() => proxy.stop());
  const redis = await openRedis({ url: proxy.url, commandTimeoutMs: 5_000 });
  const direct = await openRedis({ url: server.url, commandTimeoutMs: 5_000 });
  t.after(() => Promise.all([closeRedis(redis), closeRedis(direct)]));
  const pipelines = createRedisPipelines(redis);
  proxy.loss = 0.05;
  let refused = 0;
  for (let n = 0; n < commands; n++) {
    if (redis.status !== 'ready') await delay(100);
    try {
      await pipelines.send([{ name: 'incr', key: 'n', args: [] }]);
    } catch (error) {
      assert.ok(error instanceof RedisUnavailable, String(error));
      refused++;
    }
  }
  const share = proxy.counts.lost / proxy.counts.replies;
  assert.ok(share > 0.03 && share < 0.07, `${share}`);
  assert.ok(proxy.counts.cuts > 0, 'some connections ended');
  assert.ok(refused >= proxy.counts.lost, `${refused} of ${proxy.counts.lost}`);
  const executed = Number(await direct.get('n'));
  assert.ok(executed > commands - proxy.counts.cuts * 20 && executed <= commands, `${executed}`);
  assert.ok(executed > commands - refused, 'lost is not undone');
});
