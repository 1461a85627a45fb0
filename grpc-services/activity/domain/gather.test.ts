import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { gather } from './gather.ts';

/** Look-ups that end when the test says so. */
function setUp(maxKeys = 3, maxWaiting = 10) {
  const asked: (readonly string[])[] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const ask = gather(
    async (keys) => {
      asked.push(keys);
      const end = Promise.withResolvers<void>();
      ends.push(end);
      await end.promise;
      return new Map(keys.filter((key) => key !== 'absent').map((key) => [key, key.toUpperCase()]));
    },
    { maxKeys, maxWaiting },
  );
  return { asked, ends, ask };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('gathered look-ups', () => {
  it('go one at a time, with all that was asked for meanwhile', async () => {
    const { asked, ends, ask } = setUp();
    const first = ask('a');
    const others = ['b', 'b', 'absent', 'c', 'd'].map(ask);
    assert.deepEqual(asked, [['a']]);
    ends[0]?.resolve();
    assert.equal(await first, 'A');
    await turn();
    assert.deepEqual(asked, [['a'], ['b', 'absent', 'c']]);
    ends[1]?.resolve();
    await turn();
    ends[2]?.resolve();
    assert.deepEqual(await Promise.all(others), ['B', 'B', undefined, 'C', 'D']);
    assert.deepEqual(asked[2], ['d']);
  });

  it('see what was true when they were asked for: nobody joins one under way', async () => {
    const { asked, ends, ask } = setUp();
    const [before, after] = [ask('a'), Promise.resolve().then(() => ask('a'))];
    ends[0]?.resolve();
    await before;
    await turn();
    ends[1]?.resolve();
    await after;
    assert.equal(asked.length, 2);
  });

  it('fail for those who were in them, and for nobody else', async () => {
    const { ends, ask } = setUp(1);
    const [broken, fine] = [ask('a'), ask('b')];
    ends[0]?.reject(new Error('lost'));
    await assert.rejects(broken, /lost/);
    await turn();
    ends[1]?.resolve();
    assert.equal(await fine, 'B');
  });

  it('refuse whoever would wait behind too many', async () => {
    const { ends, ask } = setUp(3, 2);
    const waiting = ['a', 'b', 'c'].map(ask);
    await assert.rejects(ask('d'), failsWith('UNAVAILABLE'));
    const shared = ask('c');
    ends[0]?.resolve();
    await turn();
    ends[1]?.resolve();
    assert.deepEqual(await Promise.all([...waiting, shared]), ['A', 'B', 'C', 'C']);
  });
});
