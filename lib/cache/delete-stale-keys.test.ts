import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { createStaleKeyDeleter } from './delete-stale-keys.ts';
import { StoreSwitch } from './store-switch.ts';

/** A deleter that writes down what it does, in order; its store may be made to fail. */
function deleterOf(publish: () => Promise<unknown> = async () => {}) {
  const clock = new VirtualClock();
  const storeSwitch = new StoreSwitch(clock);
  const metrics = createMetrics();
  const steps: string[] = [];
  const failed: string[] = [];
  const store = { isDown: false };
  const deleter = createStaleKeyDeleter({
    service: 'pantry',
    clock,
    cache: { forget: (keys) => steps.push(`forget ${short(keys)}`) },
    store: {
      async delete(keys) {
        steps.push(`delete ${short(keys)}`);
        if (store.isDown) throw new Error('down');
      },
    },
    storeSwitch,
    cacheMetrics: {
      failed: (what) => failed.push(what),
      written: (key, writtenAtMs) => steps.push(`written ${key} ${writtenAtMs}`),
    },
    metrics,
    logger: silentLogger,
    publish(keys, writtenAtMs) {
      steps.push(`publish ${short(keys)} ${writtenAtMs}`);
      return publish();
    },
  });
  const count = async (outcome: string) => {
    const line = (await metrics.text())
      .split('\n')
      .find((text) => text.startsWith('tiffin_cache_deletes_total') && text.includes(`outcome="${outcome}"`));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  return { clock, storeSwitch, deleter, store, steps, failed, count };
}

const short = (keys: readonly string[]) => (keys.length > 3 ? String(keys.length) : keys.join());
const deletes = (steps: readonly string[]) => steps.filter((step) => step.startsWith('delete'));

test('a stale key is forgotten here, deleted, forgotten once more, and others are told', async () => {
  const { deleter, steps, count } = deleterOf();
  await deleter.delete(['a', 'b'], 7);
  await deleter.delete([], 7);
  assert.deepEqual(steps, [
    'forget a,b',
    'delete a,b',
    'forget a,b',
    'written a 7',
    'written b 7',
    'publish a,b 7',
  ]);
  assert.equal(await count('done'), 2);
});

test('nobody waits for the other processes, and a message that is lost is counted', async () => {
  const { deleter, failed } = deleterOf(() => new Promise(() => {}));
  await deleter.delete(['a'], 7);
  const deaf = deleterOf(() => Promise.reject(new Error('deaf')));
  await deaf.deleter.delete(['a'], 7);
  await new Promise(setImmediate);
  assert.deepEqual([failed, deaf.failed], [[], ['publish']]);
});

test('many keys are deleted in parts, and the parts after a failure are tried later', async () => {
  const { clock, deleter, store, steps, count } = deleterOf();
  const keys = Array.from({ length: 1_200 }, (_, index) => `k${index}`);
  await deleter.delete(keys, 7);
  assert.deepEqual(deletes(steps), ['delete 500', 'delete 500', 'delete 200']);
  steps.length = 0;
  store.isDown = true;
  await deleter.delete(keys, 7);
  assert.deepEqual(deletes(steps), ['delete 500']);
  assert.equal(await count('again'), 1_200);
  store.isDown = false;
  await clock.advance(1_000);
  assert.deepEqual(deletes(steps), ['delete 500', 'delete 500', 'delete 500', 'delete 200']);
  assert.equal(await count('done'), 2_400);
});

test('a delete that fails throws nothing, is tried again, and a sweeper is told', async () => {
  const { clock, deleter, store, steps, failed, count } = deleterOf();
  store.isDown = true;
  await deleter.delete(['a'], 7);
  assert.equal(await deleter.attempt(['b'], 8), false);
  assert.deepEqual(failed, ['delete', 'delete']);
  store.isDown = false;
  steps.length = 0;
  await clock.advance(1_000);
  // What an attempt could not delete is for its caller to bring again.
  assert.deepEqual(deletes(steps), ['delete a']);
  assert.ok(steps.includes('publish a 7'), 'whoever was not told before is now');
  assert.equal(await deleter.attempt(['b'], 8), true);
  assert.equal(await count('again'), 1);
  assert.equal(await count('given_up'), 0);
});

test('while the store is away it is not asked, but the process forgets', async () => {
  const { deleter, store, steps, storeSwitch, count } = deleterOf();
  store.isDown = true;
  for (let n = 0; n < 5; n++) await deleter.delete(['a'], 7);
  assert.ok(storeSwitch.isAway);
  steps.length = 0;
  await deleter.delete(['b'], 7);
  assert.deepEqual(deletes(steps), []);
  assert.ok(steps.includes('forget b'));
  assert.equal(await count('again'), 6);
});

test('a store that does not come back has its deletes counted as given up', async () => {
  const { clock, deleter, store, count } = deleterOf();
  store.isDown = true;
  await deleter.delete(['a', 'b'], 7);
  await clock.advance(2 * 3_600_000);
  assert.equal(await count('given_up'), 2);
});

test('a stop deletes what waited', async () => {
  const { deleter, store, steps } = deleterOf();
  store.isDown = true;
  await deleter.delete(['a'], 7);
  store.isDown = false;
  steps.length = 0;
  await deleter.stop();
  assert.deepEqual(deletes(steps), ['delete a']);
});
