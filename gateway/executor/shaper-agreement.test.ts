import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oddSchema } from '../testing/odd-schema.ts';
import { compileBothWays } from '../testing/shape-both-ways.ts';
import type { Data } from './data.ts';

const text = `{
  int float string boolean id colour anything mustInt ints mustInts grid mustGrid constructor: int __proto__: shop { id }
  shop { ...ShopParts owner { age friend { id } } goods { name price colours } near { ...ShopParts } }
  shops { ...ShopParts __typename } mustShops { id }
  node { id ... on Named { name } ... on Person { age } }
  named { name t: __typename ... on Good { price } }
  nodes { id ... on Shop { owner { id } } }
  found { __typename ... on Shop { name } ... on Person { age } }
  founds { ... on Named { name } ... on Node { id } }
} fragment ShopParts on Shop { id name }`;

/** The same numbers for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Data for the query above, clean but for a share `oddRate` of its values, which may be anything. */
class RandomData {
  readonly #random: () => number;
  readonly #oddRate: number;

  constructor(seed: number, oddRate: number) {
    this.#random = randomOf(seed);
    this.#oddRate = oddRate;
  }

  root(): Data {
    const ints = () => this.#list(() => 3);
    const grid = () => this.#list(ints);
    return this.#object({
      int: () => -7,
      float: () => 0.5,
      string: () => 's',
      boolean: () => true,
      id: () => 'id',
      colour: () => 'GREEN',
      anything: () => ({ x: [null] }),
      mustInt: () => 1,
      ints,
      mustInts: ints,
      grid,
      mustGrid: grid,
      constructor: () => 5,
      ['__proto__']: () => this.#shop(0),
      shop: () => this.#shop(2),
      shops: () => this.#list(() => this.#shop(1)),
      mustShops: () => this.#list(() => this.#shop(0)),
      node: () => this.#any(),
      named: () => this.#pick([() => this.#shop(1), () => this.#good()])(),
      nodes: () => this.#list(() => this.#any()),
      found: () => this.#pick([() => this.#shop(1), () => this.#person(1)])(),
      founds: () => this.#list(() => this.#pick([() => this.#shop(1), () => this.#person(1)])()),
    });
  }

  #any(): unknown {
    return this.#pick([() => this.#shop(1), () => this.#person(1), () => this.#good()])();
  }

  #shop(depth: number): Data {
    const below = depth > 0 && {
      owner: () => this.#person(1),
      goods: () => this.#list(() => this.#good()),
      near: () => this.#list(() => this.#shop(0)),
    };
    return this.#object({ __typename: () => 'Shop', id: () => '1', name: () => 'S', ...below });
  }

  #person(depth: number): Data {
    const below = depth > 0 && { friend: () => this.#person(0) };
    return this.#object({ __typename: () => 'Person', id: () => 2, age: () => 30, ...below });
  }

  #good(): Data {
    const colours = () => this.#list(() => this.#pick(['RED', 'GREEN']));
    return this.#object({ __typename: () => 'Good', name: () => 'G', price: () => 9, colours });
  }

  #object(fields: Record<string, () => unknown>): Data {
    const entries = Object.entries(fields).map(([key, clean]) => [key, this.#value(clean)] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }

  #list(clean: () => unknown): unknown[] {
    return Array.from({ length: Math.floor(this.#random() * 3) }, () => this.#value(clean));
  }

  #value(clean: () => unknown): unknown {
    return this.#random() < this.#oddRate ? this.#pick(odd) : clean();
  }

  #pick<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.#random() * values.length)] as Value;
  }
}

const odd: readonly unknown[] = [
  null,
  undefined,
  0,
  -0,
  2 ** 31,
  1.5,
  Number.NaN,
  '',
  'RED',
  'SECRET',
  true,
  [],
  [null],
  [1],
  {},
  { __typename: 'Shop' },
  { __typename: 'Node', id: '1' },
  { __typename: 'Named', name: 'N' },
  { __typename: 'Found' },
  { __typename: 'Secret' },
  { __typename: null, id: '3', name: 'N' },
];

for (const oddRate of [0, 0.005, 0.02, 0.2]) {
  test(`of data of which ${oddRate * 100} % is odd the shaper makes the same as the general path, or nothing`, () => {
    const run = compileBothWays(oddSchema, text);
    let shapedCount = 0;
    for (let seed = 1; seed <= 1_000; seed++) {
      const { shaped, completed, errors } = run(new RandomData(seed, oddRate).root());
      if (shaped === undefined) continue;
      shapedCount++;
      assert.equal(shaped, completed, `seed ${seed}`);
      assert.deepEqual(errors, [], `seed ${seed}`);
    }
    if (oddRate === 0) assert.equal(shapedCount, 1_000);
    else if (oddRate < 0.1) assert.ok(shapedCount > 50 && shapedCount < 1_000, `${shapedCount} were shaped`);
  });
}
