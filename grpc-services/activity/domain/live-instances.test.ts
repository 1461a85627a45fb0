import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { openRedis, RedisUnavailable } from '@tiffin/lib/engines/redis';
import { TaskScope } from '@tiffin/lib/lifecycle/task-scope';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { createInstanceBeats } from '../data/instance-beats.ts';
import { liveInstancesKey } from '../data/keys.ts';
import { LiveInstances } from './live-instances.ts';

test('processes that are asked for joins count each other, while they live', async () => {
  const clock = new VirtualClock(Date.now());
  const redis = await openRedis({ keyspace: 'live-instances' });
  let isAway = false;
  /** Redis inside this process answers within a few turns of the event loop. */
  const pass = async (ms: number) => {
    await clock.advance(ms);
    for (let turn = 0; turn < 10; turn++) await clock.advance(0);
  };
  const open = (instanceId: string) => {
    const net = { clock, logger: silentLogger, metrics: createMetrics() };
    const background = new TaskScope(net);
    const beats = createInstanceBeats(redis);
    const beat: typeof beats.beat = async (...args) => {
      if (isAway) throw new RedisUnavailable('away');
      return beats.beat(...args);
    };
    const instances = new LiveInstances({ ...net, beats: { ...beats, beat }, instanceId, background });
    return { instances, background };
  };
  const [a, b, c, idle] = [open('a'), open('b'), open('c'), open('idle')];
  for (const { instances } of [a, b, c, a]) instances.begin();
  await pass(0);
  await pass(1_000);
  assert.deepEqual(
    [a, b, c, idle].map(({ instances }) => instances.count),
    [3, 3, 3, 1],
  );
  assert.ok((await redis.pttl(liveInstancesKey)) > 5_000);

  await c.background.stop();
  await pass(1_000);
  assert.equal(a.instances.count, 2, 'one said good-bye');

  isAway = true;
  await pass(4_000);
  assert.equal(a.instances.count, 2, 'the last number stands');
  isAway = false;
  await pass(1_000);
  assert.equal(a.instances.count, 2);

  await redis.zadd(liveInstancesKey, clock.now(), 'died');
  await pass(1_000);
  assert.equal(a.instances.count, 3);
  await pass(5_000);
  assert.equal(a.instances.count, 2, 'one said nothing for too long');
  await Promise.all([a, b, idle].map(({ background }) => background.stop()));
  assert.equal(await redis.zcard(liveInstancesKey), 0);
});
