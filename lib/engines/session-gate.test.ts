import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createSessionGate } from './session-gate.ts';

describe('session gate', () => {
  it('lets one in at a time, in order of arrival, and leaving twice does no harm', async () => {
    const gate = createSessionGate({ clock: new VirtualClock(), maxWaitMs: 100, maxWaiting: 10 });
    const order: string[] = [];
    const leaveFirst = await gate.enter();
    const enter = async (name: string) => {
      const leave = await gate.enter();
      order.push(name);
      return leave;
    };
    const second = enter('second');
    const third = enter('third');
    leaveFirst();
    leaveFirst();
    const leaveSecond = await second;
    assert.deepEqual(order, ['second']);
    leaveFirst();
    leaveSecond();
    (await third)();
    assert.deepEqual(order, ['second', 'third']);
  });

  it('gives up after the longest wait, and the place in the queue with it', async () => {
    const clock = new VirtualClock();
    const gate = createSessionGate({ clock, maxWaitMs: 100, maxWaiting: 10 });
    const leave = await gate.enter();
    const late = assert.rejects(gate.enter(), { name: 'SessionBusy', message: /100 ms.*own EntityManager/ });
    await clock.advance(100);
    await late;
    leave();
    (await gate.enter())();
    assert.equal(clock.pendingTimers, 0);
  });

  it('refuses at once when too many wait', async () => {
    const gate = createSessionGate({ clock: new VirtualClock(), maxWaitMs: 100, maxWaiting: 1 });
    await gate.enter();
    void gate.enter();
    await assert.rejects(gate.enter(), { name: 'SessionBusy' });
  });
});
