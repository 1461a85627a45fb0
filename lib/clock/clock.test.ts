import assert from 'node:assert/strict';
import { once } from 'node:events';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from './clock.ts';

it('sets no timer for later than Node can wait, which would run at once', async (t) => {
  const warned = once(process, 'warning').then(([warning]) => warning as Error);
  const timer = systemClock.setTimer(Number.MAX_SAFE_INTEGER, () => assert.fail('It ran.'));
  t.after(() => timer.cancel());
  assert.equal(await Promise.race([warned, nextTurn('nothing')]), 'nothing');
});
