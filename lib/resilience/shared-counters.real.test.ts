import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { systemClock } from '../clock/clock.ts';
import { openRedis } from '../engines/redis.ts';
import { type RealRedis, startRealRedis } from '../testing/real-redis.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { sharedCountersContract } from './shared-counters.contract.ts';
import { SharedCounters } from './shared-counters.ts';

suite('shared counters on Redis', () => {
  let server: RealRedis;
  before(async () => {
    server = await startRealRedis();
  });
  after(() => server?.stop());

  sharedCountersContract(() => openRedis({ url: server.url }));

  test('when Redis dies, each process goes on by itself', async (t) => {
    const open = () => openRedis({ url: server.url });
    const counters = new SharedCounters({ open, clock: systemClock, logger: silentLogger });
    t.after(() => counters.stop());
    await counters.ready;
    const window = counters.window({ limit: 2, windowMs: 60_000 });
    assert.equal(await window.add('dying', 1), 0);
    await server.kill();
    assert.equal(await window.add('dying', 2), 0);
    assert.ok((await window.add('dying', 1)) > 0);
  });
});
