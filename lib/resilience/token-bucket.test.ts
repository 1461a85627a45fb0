import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { TokenBucket } from './token-bucket.ts';

const takeAll = (bucket: TokenBucket) => {
  let taken = 0;
  while (bucket.take()) taken++;
  return taken;
};

describe('a token bucket', () => {
  it('gives what it holds, and then so many a second', async () => {
    const clock = new VirtualClock();
    const bucket = new TokenBucket({ clock, refillPerSecond: 100, capacity: 20 });
    assert.equal(takeAll(bucket), 20);
    let taken = 0;
    for (let passedMs = 0; passedMs < 10_000; passedMs += 7) {
      await clock.advance(7);
      taken += takeAll(bucket);
    }
    assert.ok(taken >= 999 && taken <= 1_001, `${taken}`);
  });

  it('saves no more than it has room for', async () => {
    const clock = new VirtualClock();
    const bucket = new TokenBucket({ clock, refillPerSecond: 100, capacity: 10 });
    assert.equal(takeAll(bucket), 10);
    await clock.advance(3_600_000);
    assert.equal(takeAll(bucket), 10);
  });

  it('says when there may be a token again', async () => {
    const clock = new VirtualClock();
    const bucket = new TokenBucket({ clock, refillPerSecond: 2, capacity: 1 });
    assert.equal(takeAll(bucket), 1);
    assert.equal(bucket.retryAfterMs, 500);
    for (let passedMs = 0; passedMs < 499; passedMs++) {
      await clock.advance(1);
      assert.equal(bucket.take(), false);
    }
    assert.equal(bucket.retryAfterMs, 1);
    await clock.advance(1);
    assert.equal(bucket.take(), true);
  });

  it('changes its rate, and gives nothing away by that', async () => {
    const clock = new VirtualClock();
    const bucket = new TokenBucket({ clock, refillPerSecond: 100, capacity: 100 });
    bucket.change({ refillPerSecond: 10, capacity: 25 });
    assert.equal(takeAll(bucket), 25, 'what it has no room for is gone');
    await clock.advance(1_000);
    bucket.change({ refillPerSecond: 100, capacity: 100 });
    assert.equal(takeAll(bucket), 10, 'time that has passed counts at the old rate');
    await clock.advance(1_000);
    assert.equal(takeAll(bucket), 100);
  });

  it('neither stops nor gives away more when the clock is set back', async () => {
    const clock = new VirtualClock();
    const bucket = new TokenBucket({ clock, refillPerSecond: 10, capacity: 1 });
    assert.equal(takeAll(bucket), 1);
    clock.jump(-3_600_000);
    assert.equal(bucket.take(), false);
    await clock.advance(100);
    assert.equal(takeAll(bucket), 1);
  });

  it('refuses to be one that never gives any', () => {
    const clock = new VirtualClock();
    assert.throws(() => new TokenBucket({ clock, refillPerSecond: 0, capacity: 1 }), RangeError);
    assert.throws(() => new TokenBucket({ clock, refillPerSecond: 10, capacity: 0.5 }), RangeError);
  });
});
