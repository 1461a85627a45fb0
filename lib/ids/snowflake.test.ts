import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSnowflake, MAX_CLOCK_BACK_MS, type Snowflake, TIFFIN_EPOCH_MS } from './snowflake.ts';

const START_MS = TIFFIN_EPOCH_MS + 1_000;
const IDS = 1_000_000;

function idAt(snowflake: Snowflake, nowMs: number, workerId = 5): bigint {
  const step = snowflake.step(nowMs, workerId);
  assert.ok('id' in step, `waits at ${nowMs}`);
  return step.id;
}

describe('snowflake', () => {
  it('puts time, worker and sequence where they belong', () => {
    const snowflake = createSnowflake();
    assert.equal(idAt(snowflake, START_MS, 1023), (1000n << 22n) | (1023n << 12n));
    assert.equal(idAt(snowflake, START_MS, 1023), (1000n << 22n) | (1023n << 12n) | 1n);
    assert.equal(idAt(snowflake, START_MS + 1, 0), 1001n << 22n);
    assert.equal(snowflake.lastMs, START_MS + 1);
  });

  it('fits a signed 64-bit column to its last day and refuses beyond', () => {
    const lastMs = TIFFIN_EPOCH_MS + 2 ** 41 - 1;
    assert.ok(idAt(createSnowflake(), lastMs, 1023) < 2n ** 63n);
    assert.throws(() => createSnowflake().step(lastMs + 1, 0), RangeError);
    assert.throws(() => createSnowflake().step(TIFFIN_EPOCH_MS - 1, 0), RangeError);
  });

  it('waits for the next millisecond when the sequence is used up', () => {
    const snowflake = createSnowflake();
    for (let n = 0; n < 4096; n++) idAt(snowflake, START_MS);
    assert.deepEqual(snowflake.step(START_MS, 5), { waitMs: 1 });
    assert.ok(idAt(snowflake, START_MS + 1) > 0n);
  });

  it('waits for a clock that went back a little and refuses one that went back further', () => {
    const snowflake = createSnowflake();
    idAt(snowflake, START_MS);
    assert.deepEqual(snowflake.step(START_MS - MAX_CLOCK_BACK_MS, 5), { waitMs: MAX_CLOCK_BACK_MS });
    assert.throws(() => snowflake.step(START_MS - MAX_CLOCK_BACK_MS - 1, 5), {
      name: 'ClockMovedBack',
      message: /back by 101 ms.*time service/,
    });
    idAt(snowflake, START_MS);
  });

  it('never repeats an id and always rises, however the clock moves', () => {
    const snowflake = createSnowflake();
    let nowMs = START_MS;
    let previous = 0n;
    let random = 1;
    for (let made = 0; made < IDS; ) {
      // A linear congruential generator, so that a failure can be repeated.
      random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
      if (random % 1000 === 0) nowMs -= random % (MAX_CLOCK_BACK_MS + 1);
      if (random % 300 === 0) nowMs += random % 5;
      const step = snowflake.step(nowMs, 5);
      if ('waitMs' in step) {
        nowMs += step.waitMs;
        continue;
      }
      if (step.id <= previous) assert.fail(`${step.id} follows ${previous}`);
      previous = step.id;
      made++;
    }
  });
});
