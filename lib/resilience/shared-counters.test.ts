import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../clock/clock.ts';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { openRedis } from '../engines/redis.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { sharedCountersContract } from './shared-counters.contract.ts';
import { SharedCounters } from './shared-counters.ts';

sharedCountersContract(() => openRedis({ keyspace: 'shared-counters' }));

test('without Redis each process counts by itself', async () => {
  const window = () =>
    new SharedCounters({ clock: systemClock, logger: silentLogger }).window({ limit: 2, windowMs: 60_000 });
  const [one, other] = [window(), window()];
  assert.equal(await one.add('a', 2), 0);
  assert.ok((await one.add('a', 1)) > 0);
  assert.equal(await other.add('a', 2), 0);
});

test('Redis that is not there at the start is tried again, and counted without meanwhile', async (t) => {
  const clock = new VirtualClock();
  let attempts = 0;
  const counters = new SharedCounters({
    async open() {
      if (++attempts < 3) throw new Error('nothing listens');
      return openRedis({ keyspace: 'shared-counters-late' });
    },
    clock,
    logger: silentLogger,
  });
  t.after(() => counters.stop());
  await counters.ready;
  const window = counters.window({ limit: 1, windowMs: 60_000 });
  assert.equal(await window.add('a', 1), 0);
  assert.ok((await window.add('a', 1)) > 0);
  await clock.advance(5_000);
  await clock.advance(5_000);
  await counters.ready;
  assert.equal(attempts, 3);
  const redis = await openRedis({ keyspace: 'shared-counters-late' });
  await window.add('b', 1);
  assert.equal(await redis.get('b'), '1');
  redis.disconnect();
});
