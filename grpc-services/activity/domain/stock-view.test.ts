import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { StockView } from './stock-view.ts';

function setUp() {
  const clock = new VirtualClock();
  const redis = { left: 5 as number | undefined, reads: 0, fault: undefined as Error | undefined };
  const view = new StockView({
    clock,
    counters: {
      async left() {
        redis.reads++;
        if (redis.fault) throw redis.fault;
        return redis.left;
      },
    },
  });
  return { clock, redis, view };
}

describe('what a process knows of what is left', () => {
  it('is read once for all who ask within 100 ms', async () => {
    const { clock, redis, view } = setUp();
    assert.deepEqual(await Promise.all([view.left('1'), view.left('1')]), [5, 5]);
    redis.left = 0;
    await clock.advance(99);
    assert.equal(view.left('1'), 5);
    assert.equal(redis.reads, 1);
    await clock.advance(1);
    assert.equal(await view.left('1'), 0);
    assert.equal(redis.reads, 2);
  });

  it('is what somebody has just heard', async () => {
    const { clock, redis, view } = setUp();
    view.note('1', 3);
    assert.equal(view.left('1'), 3);
    view.note('1', undefined);
    assert.equal(view.left('1'), undefined);
    await clock.advance(100);
    assert.equal(await view.left('1'), 5);
    assert.equal(redis.reads, 1);
  });

  it('does not outlive a clock that is set back', async () => {
    const { clock, redis, view } = setUp();
    view.note('1', 3);
    clock.jump(-60_000);
    assert.equal(await view.left('1'), 5);
    assert.equal(redis.reads, 1);
  });

  it('remembers no failure', async () => {
    const { redis, view } = setUp();
    redis.fault = new Error('away');
    await assert.rejects(async () => view.left('1'), /away/);
    redis.fault = undefined;
    assert.equal(await view.left('1'), 5);
  });
});
