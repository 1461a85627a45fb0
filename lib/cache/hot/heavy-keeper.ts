import { mix, murmur3 } from './murmur3.ts';

export interface HeavyKeeperOptions {
  /** The most keys that are listed. */
  readonly k: number;
  /** A key that was counted less often is not listed. Default 10. */
  readonly minCount?: number;
  /** From 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number;
}

export interface HotKey {
  readonly key: string;
  /** About how often it was added, halved with each fading. */
  readonly count: number;
}

/** What became of a key that was added. */
export interface Added {
  /** Whether it is among the top k now. */
  readonly isTop: boolean;
  /** The key that had to leave for it. */
  readonly expelled?: string;
}

const DEPTH = 4;
const DECAY = 0.925;
const DECAY_TABLE = Float64Array.from({ length: 256 }, (_, count) => DECAY ** count);
const MAX_COUNT = 0xffff_ffff;

const top: Added = { isTop: true };
const notTop: Added = { isTop: false };

/** A key of the list; the list is a heap, its least at 0. */
interface Listed {
  readonly key: string;
  readonly hash: number;
  count: number;
  index: number;
}

/**
 * Finds the keys that are added most among any number of them, in bounded memory: a table of counters, where a key that
 * meets another's counter wears it down, the less likely the higher it stands, and a list of the k highest. Source:
 * HeavyKeeper (Gong et al., USENIX ATC 2018), parameters as in go-kratos/aegis. Of these two it differs where that makes
 * `add` cheaper, because it runs for each key that is read: a key's counters all come from one hash (Kirsch and
 * Mitzenmacher, "Less Hashing, Same Performance"), and a listed key is found in the list, not hashed again.
 */
export class HeavyKeeper {
  readonly #k: number;
  readonly #minCount: number;
  readonly #random: () => number;
  readonly #width: number;
  /** Fingerprint and count of each counter, row after row. */
  readonly #counters: Uint32Array;
  readonly #byKey = new Map<string, Listed>();
  #heap: Listed[] = [];

  constructor({ k, minCount = 10, random = Math.random }: HeavyKeeperOptions) {
    this.#k = k;
    this.#minCount = minCount;
    this.#random = random;
    this.#width = 1_024 * Math.max(1, Math.floor(Math.log(k)));
    this.#counters = new Uint32Array(2 * DEPTH * this.#width);
  }

  /** What the counters take, in bytes, however many keys were added. */
  get counterBytes(): number {
    return this.#counters.byteLength;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** Counts the key once. */
  add(key: string): Added {
    const listed = this.#byKey.get(key);
    if (listed) {
      listed.count = Math.max(listed.count, this.#count(listed.hash));
      this.#sink(listed);
      return top;
    }
    const hash = murmur3(key);
    const count = this.#count(hash);
    if (count < this.#minCount) return notTop;
    const least = this.#heap.length < this.#k ? undefined : this.#heap[0];
    // Not for the same count: many keys that are alike would go on expelling each other.
    if (least && count <= least.count) return notTop;
    const entry = { key, hash, count, index: least ? 0 : this.#heap.length };
    this.#byKey.set(key, entry);
    this.#heap[entry.index] = entry;
    if (!least) {
      this.#rise(entry);
      return top;
    }
    this.#byKey.delete(least.key);
    this.#sink(entry);
    return { isTop: true, expelled: least.key };
  }

  /**
   * Halves all counts, so that the list is of what is hot now. Answers the keys that left it: those at less than half of
   * the least count, which is where a key that just came in goes at once when nobody asks for it again.
   */
  fading(): string[] {
    for (let at = 1; at < this.#counters.length; at += 2)
      this.#counters[at] = (this.#counters[at] ?? 0) >>> 1;
    const expelled: string[] = [];
    const kept: Listed[] = [];
    for (const listed of this.#heap) {
      listed.count = Math.floor(listed.count / 2);
      if (listed.count >= Math.floor(this.#minCount / 2) && listed.count > 0) {
        kept.push(listed);
        continue;
      }
      this.#byKey.delete(listed.key);
      expelled.push(listed.key);
    }
    // What is sorted is a heap.
    this.#heap = kept.sort((a, b) => a.count - b.count);
    for (const [index, listed] of kept.entries()) listed.index = index;
    return expelled;
  }

  /** The listed keys, the highest count first. */
  list(): HotKey[] {
    return this.#heap.map(({ key, count }) => ({ key, count })).sort((a, b) => b.count - a.count);
  }

  /** Counts in each row. The highest of the counters that are this key's, or 0. */
  #count(hash: number): number {
    const counters = this.#counters;
    const width = this.#width;
    const step = mix(hash);
    let position = hash;
    let most = 0;
    for (let row = 0; row < DEPTH; row++) {
      // The upper half of the position, scaled to the width: cheaper than a remainder, and as even for so few columns.
      const at = 2 * (row * width + (((position >>> 16) * width) >>> 16));
      position = (position + step) >>> 0;
      const count = counters[at + 1] ?? 0;
      if (count > 0 && counters[at] === hash) {
        if (count < MAX_COUNT) counters[at + 1] = count + 1;
        if (count >= most) most = count + 1;
        continue;
      }
      if (count > 0) {
        if (this.#random() >= (DECAY_TABLE[Math.min(count, DECAY_TABLE.length - 1)] ?? 0)) continue;
        counters[at + 1] = count - 1;
        if (count > 1) continue;
      }
      counters[at] = hash;
      counters[at + 1] = 1;
      if (most === 0) most = 1;
    }
    return most;
  }

  #sink(entry: Listed): void {
    const heap = this.#heap;
    for (;;) {
      const left = heap[2 * entry.index + 1];
      const right = heap[2 * entry.index + 2];
      const child = right && left && right.count < left.count ? right : left;
      if (!child || child.count >= entry.count) return;
      this.#swap(entry, child);
    }
  }

  #rise(entry: Listed): void {
    while (entry.index > 0) {
      const parent = this.#heap[(entry.index - 1) >> 1];
      if (!parent || parent.count <= entry.count) return;
      this.#swap(entry, parent);
    }
  }

  #swap(a: Listed, b: Listed): void {
    const { index } = a;
    a.index = b.index;
    b.index = index;
    this.#heap[a.index] = a;
    this.#heap[b.index] = b;
  }
}
