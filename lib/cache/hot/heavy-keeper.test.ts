import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DemoRandom } from '../../demo/demo-random.ts';
import { HeavyKeeper } from './heavy-keeper.ts';

/** Numbers below `size`, the n-th as often as 1/n. */
function zipf(size: number, source: DemoRandom): () => number {
  const sums = new Float64Array(size);
  let sum = 0;
  for (let n = 0; n < size; n++) {
    sum += 1 / (n + 1);
    sums[n] = sum;
  }
  return () => {
    const wanted = source.next() * sum;
    let low = 0;
    let high = size - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

describe('HeavyKeeper', () => {
  it('finds the top keys of a Zipf stream, and about how often they came', () => {
    const source = new DemoRandom(1);
    const draw = zipf(100_000, source);
    const keeper = new HeavyKeeper({ k: 100, random: () => source.next() });
    const truth = new Map<string, number>();
    for (let n = 0; n < 1_000_000; n++) {
      const key = `goods:${draw()}`;
      truth.set(key, (truth.get(key) ?? 0) + 1);
      keeper.add(key);
    }
    const top = [...truth].sort((a, b) => b[1] - a[1]).slice(0, 100);
    const listed = new Map(keeper.list().map(({ key, count }) => [key, count]));
    const found = top.filter(([key]) => listed.has(key));
    assert.equal(listed.size, 100);
    assert.ok(found.length >= 97, `${found.length} of 100`);
    for (const [key, count] of top.slice(0, 50)) {
      const counted = listed.get(key) ?? 0;
      assert.ok(Math.abs(counted - count) <= count * 0.02, `${key}: ${counted} for ${count}`);
    }
  });

  it('needs no more memory for a million keys that came once than for none', () => {
    const keeper = new HeavyKeeper({ k: 1_000, minCount: 1, random: () => 0.5 });
    const { counterBytes } = keeper;
    assert.equal(counterBytes, 4 * 6 * 1_024 * 8);
    for (let n = 0; n < 1_000_000; n++) keeper.add(`once:${n}`);
    assert.equal(keeper.counterBytes, counterBytes);
    assert.ok(keeper.list().length <= 1_000);
  });

  it('keeps its list in order, whatever comes, leaves and fades', () => {
    const source = new DemoRandom(7);
    const keeper = new HeavyKeeper({ k: 20, minCount: 3, random: () => source.next() });
    const members = new Set<string>();
    for (let n = 0; n < 20_000; n++) {
      const key = `key:${source.between(0, 60)}`;
      const { isTop, expelled } = keeper.add(key);
      if (isTop) members.add(key);
      if (expelled !== undefined) assert.ok(members.delete(expelled));
      if (n % 997 === 0) for (const left of keeper.fading()) assert.ok(members.delete(left));
      if (n % 101 !== 0) continue;
      assert.deepEqual(new Set(keeper.list().map((listed) => listed.key)), members);
      for (const member of members) assert.ok(keeper.has(member));
    }
    assert.equal(members.size, 20);
  });

  it('lists a key from its least count on', () => {
    const keeper = new HeavyKeeper({ k: 2, minCount: 3 });
    assert.deepEqual(
      [1, 2, 3, 4].map(() => keeper.add('key').isTop),
      [false, false, true, true],
    );
    assert.deepEqual(keeper.list(), [{ key: 'key', count: 4 }]);
  });

  it('expels the least for one that came more often, not for one that came as often', () => {
    const keeper = new HeavyKeeper({ k: 2, minCount: 1 });
    const times = (count: number, key: string) => Array.from({ length: count }, () => keeper.add(key)).at(-1);
    times(5, 'a');
    times(3, 'b');
    assert.deepEqual(times(3, 'c'), { isTop: false });
    assert.deepEqual(times(1, 'c'), { isTop: true, expelled: 'b' });
    assert.deepEqual(
      keeper.list().map(({ key }) => key),
      ['a', 'c'],
    );
  });

  it('wears down the counters that other keys hold, the less likely the higher they stand', () => {
    let draw = 0.999;
    const keeper = new HeavyKeeper({ k: 1, minCount: 3, random: () => draw });
    const add = (times: number) => Array.from({ length: times }, () => keeper.add('late').isTop);
    // Each counter is taken and stands at 2.
    for (let n = 0; n < 50_000; n++) {
      keeper.add(`crowd:${n}`);
      keeper.add(`crowd:${n}`);
    }
    draw = 0.925 ** 2;
    assert.deepEqual(add(10), new Array(10).fill(false));
    draw -= 0.001;
    assert.deepEqual(add(1), [false]);
    // They stand at 1 now.
    draw = 0.925;
    assert.deepEqual(add(10), new Array(10).fill(false));
    draw -= 0.001;
    assert.deepEqual(add(3), [false, false, true]);
    assert.deepEqual(keeper.list(), [{ key: 'late', count: 3 }]);
  });

  it('halves its counts, lets go of what nobody asks for, and follows what is hot now', () => {
    const keeper = new HeavyKeeper({ k: 2, minCount: 8 });
    for (let n = 0; n < 32; n++) keeper.add('yesterday');
    for (let n = 0; n < 8; n++) keeper.add('once');
    assert.deepEqual(keeper.fading(), []);
    assert.deepEqual(keeper.list(), [
      { key: 'yesterday', count: 16 },
      { key: 'once', count: 4 },
    ]);
    assert.deepEqual(keeper.fading(), ['once']);
    assert.deepEqual([keeper.fading(), keeper.fading()], [[], ['yesterday']]);
    assert.equal(keeper.add('yesterday').isTop, false);
    for (let n = 0; n < 8; n++) keeper.add('today');
    assert.deepEqual(keeper.list(), [{ key: 'today', count: 8 }]);
  });
});
