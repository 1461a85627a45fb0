import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import type { CallContext } from '../rpc/call-context.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { warmHot } from './warm-hot.ts';

function setUp() {
  const clock = new VirtualClock();
  const read: (readonly string[])[] = [];
  const kind = {
    prefix: 'x:',
    async read(_cache: unknown, ids: readonly string[]) {
      read.push(ids);
    },
  };
  const cache = { find: () => assert.fail('the kind reads') };
  const warm = (list: (call: CallContext) => Promise<readonly string[]>) =>
    warmHot({ clock, logger: silentLogger }, { service: 'goods', cache, kind, list });
  return { clock, read, warm };
}

test('what is wanted most is read, on behalf of the service', async () => {
  const { clock, read, warm } = setUp();
  await warm(async ({ identity, deadlineMs }) => {
    assert.deepEqual([identity, deadlineMs], [{ kind: 'service', name: 'goods' }, clock.now() + 1_000]);
    return ['3', '1'];
  });
  await warm(async () => []);
  assert.deepEqual(read, [['3', '1']]);
  assert.equal(clock.pendingTimers, 0);
});

test('who cannot be asked, or does not answer within a second, holds up nobody', async () => {
  const { clock, read, warm } = setUp();
  await warm(() => Promise.reject(new Error('away')));
  await warm(() => {
    throw new Error('no client');
  });
  let signal: AbortSignal | undefined;
  const waiting = warm((call) => {
    signal = call.signal;
    return new Promise(() => {});
  });
  await clock.advance(1_000);
  await waiting;
  assert.equal(signal?.aborted, true);
  assert.deepEqual(read, []);
});
