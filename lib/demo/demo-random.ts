import { fnv1a } from './fnv1a.ts';

/** A deterministic source of choices for demo data: the same seed gives the same data on every machine. */
export class DemoRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /**
   * The source for the n-th row of something. It does not depend on the rows before, so that a service can compute
   * a row of another service alone.
   */
  static of(what: string, n: number): DemoRandom {
    return new DemoRandom(fnv1a(what) ^ Math.imul(n, 0x9e3779b1));
  }

  /** From 0 up to, not including, 1. Source: mulberry32 by Tommy Ettinger, public domain. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** One of `items`, which is not empty. */
  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.between(0, items.length - 1)] ?? items[0];
  }
}
