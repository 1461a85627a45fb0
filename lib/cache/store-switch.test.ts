import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { StoreSwitch } from './store-switch.ts';

function away() {
  const clock = new VirtualClock();
  const storeSwitch = new StoreSwitch(clock);
  for (let failures = 0; failures < 5; failures++) storeSwitch.failed('read');
  return { clock, storeSwitch };
}

describe('the switch of the store', () => {
  it('counts as away after five failures one after the other', () => {
    const storeSwitch = new StoreSwitch(new VirtualClock());
    for (let round = 0; round < 3; round++) {
      for (let failures = 0; failures < 4; failures++) storeSwitch.failed('read');
      assert.equal(storeSwitch.isAway, false);
      storeSwitch.answered('read');
    }
    for (let failures = 0; failures < 5; failures++) {
      assert.equal(storeSwitch.mayAsk(), true);
      storeSwitch.failed('read');
    }
    assert.equal(storeSwitch.isAway, true);
    assert.equal(storeSwitch.mayAsk(), false);
  });

  it('lets one ask each half second while the store is away', async () => {
    const { clock, storeSwitch } = away();
    let asked = 0;
    for (let passedMs = 0; passedMs < 5_000; passedMs += 10) {
      await clock.advance(10);
      for (let reader = 0; reader < 3; reader++) if (storeSwitch.mayAsk()) asked++;
    }
    assert.equal(asked, 10);
  });

  it('waits half a second after a probe has failed, not after it was sent', async () => {
    const { clock, storeSwitch } = away();
    await clock.advance(500);
    assert.equal(storeSwitch.mayAsk(), true);
    await clock.advance(50);
    storeSwitch.failed('read');
    await clock.advance(499);
    assert.equal(storeSwitch.mayAsk(), false);
    await clock.advance(1);
    assert.equal(storeSwitch.mayAsk(), true);
  });

  it('is back with the first answer', () => {
    const { storeSwitch } = away();
    storeSwitch.answered('read');
    assert.equal(storeSwitch.isAway, false);
    for (let reader = 0; reader < 3; reader++) assert.equal(storeSwitch.mayAsk(), true);
  });

  it('goes on asking when the clock is set back', async () => {
    const { clock, storeSwitch } = away();
    clock.jump(-3_600_000);
    assert.equal(storeSwitch.mayAsk(), true);
    assert.equal(storeSwitch.mayAsk(), false);
    await clock.advance(500);
    assert.equal(storeSwitch.mayAsk(), true);
  });

  it('is away while writes are refused, whatever reads are answered', async () => {
    const clock = new VirtualClock();
    const storeSwitch = new StoreSwitch(clock);
    for (let failures = 0; failures < 5; failures++) {
      assert.equal(storeSwitch.isAway, false);
      storeSwitch.failed('write');
      storeSwitch.answered('read');
    }
    assert.equal(storeSwitch.isAway, true);
    assert.equal(storeSwitch.writes, 'refused');
    await clock.advance(500);
    assert.equal(storeSwitch.mayAsk(), true);
    storeSwitch.answered('read');
    assert.equal(storeSwitch.mayAsk(), false);
    storeSwitch.answered('write');
    assert.equal(storeSwitch.isAway, false);
    assert.equal(storeSwitch.writes, 'taken');
  });

  it('takes a write that succeeds as an answer to readers too', () => {
    const { storeSwitch } = away();
    storeSwitch.answered('write');
    assert.equal(storeSwitch.isAway, false);
  });

  it('has writes proven anew after a second, and after each failure', async () => {
    const clock = new VirtualClock();
    const storeSwitch = new StoreSwitch(clock);
    await clock.advance(999);
    assert.equal(storeSwitch.writes, 'taken');
    await clock.advance(1);
    storeSwitch.answered('read');
    assert.equal(storeSwitch.writes, 'unproven');
    storeSwitch.answered('write');
    assert.equal(storeSwitch.writes, 'taken');
    storeSwitch.failed('read');
    assert.equal(storeSwitch.writes, 'taken');
    storeSwitch.failed('write');
    storeSwitch.answered('read');
    assert.equal(storeSwitch.writes, 'unproven');
    storeSwitch.answered('write');
    clock.jump(-3_600_000);
    assert.equal(storeSwitch.writes, 'unproven');
  });
});
