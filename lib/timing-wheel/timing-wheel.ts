import type { Clock, Timer } from '../clock/clock.ts';

export interface TimingWheelOptions<Key, Value> {
  readonly clock: Clock;
  /** From one slot to the next. Default 1,000 ms. */
  readonly intervalMs?: number;
  /** Default 300: with the default interval a circle takes five minutes. Longer delays go round more than once. */
  readonly slots?: number;
  /** A further key is refused. Default 10,000. */
  readonly maxEntries?: number;
  /** Called when an entry's time has come; the entry is gone by then, and may be set again. */
  readonly run: (key: Key, value: Value) => void;
  /** Told what `run` or the work of a drain threw. The wheel goes on. */
  readonly failed: (error: unknown, key: Key) => void;
}

interface Entry<Key, Value> {
  readonly key: Key;
  value: Value;
  /** Where it lies now. */
  slot: number;
  /** How often it is passed over before anything is done about it. */
  circle: number;
  /** How many slots further it belongs: it was moved, and is carried there when it is next met. */
  diff: number;
}

const INTERVAL_MS = 1_000;
const SLOTS = 300;
const MAX_ENTRIES = 10_000;
const DRAIN_WORKERS = 8;

/**
 * Many delays under one timer: `set`, `move` and `remove` take the same time whatever number of entries there is. A
 * delay is counted in whole intervals from the last tick, at least one, so an entry runs up to one interval and the
 * delay's remainder early, and never late unless the event loop is.
 *
 * Source: go-zero's `core/collection/timingwheel.go`, with its rule for moves: an entry that was moved to later stays
 * where it lies, with a note of how much further it belongs (`circle`, `diff`), and only one that was moved to before
 * it is carried over at once. Three things differ. "Before" is measured from the hand, not from slot 0: comparing the
 * numbers of slots makes entries a whole circle early or late when the hand lies between the two. An entry that a move
 * runs at once, or that is removed, is gone at once; there it would run again, and lie marked in its slot outside of
 * every bound. And a drain resolves when its work is done.
 *
 * Ticks that a busy event loop missed are dropped, as those of Go's ticker are. Whoever made a wheel stops it.
 */
export class TimingWheel<Key, Value> {
  readonly #options: Required<TimingWheelOptions<Key, Value>>;
  readonly #slots: readonly Set<Entry<Key, Value>>[];
  readonly #entries = new Map<Key, Entry<Key, Value>>();
  /** The hand: the slot that was met last. */
  #position: number;
  #nextTickMs: number;
  #timer: Timer | undefined;
  #stopped = false;

  /** @throws RangeError where an option is no positive whole number. */
  constructor(options: TimingWheelOptions<Key, Value>) {
    this.#options = { intervalMs: INTERVAL_MS, slots: SLOTS, maxEntries: MAX_ENTRIES, ...options };
    const { clock, intervalMs, slots, maxEntries } = this.#options;
    for (const [name, value] of Object.entries({ intervalMs, slots, maxEntries })) {
      if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} is ${value}.`);
    }
    this.#slots = Array.from({ length: slots }, () => new Set());
    this.#position = slots - 1;
    this.#nextTickMs = clock.now() + intervalMs;
    this.#awaitTick();
  }

  /** Entries whose time has not come yet. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Has `key` run after `delayMs`; a known key gets the new value and the new time. False when the wheel is full or has
   * stopped: then nothing is set. @throws RangeError where the delay is no number.
   */
  set(key: Key, value: Value, delayMs: number): boolean {
    if (this.#stopped) return false;
    const delay = Math.max(checked(delayMs), this.#options.intervalMs);
    const known = this.#entries.get(key);
    if (known) {
      known.value = value;
      this.#moveEntry(known, delay);
      return true;
    }
    if (this.#entries.size >= this.#options.maxEntries) return false;
    const { slot, circle } = this.#target(delay);
    const entry = { key, value, slot, circle, diff: 0 };
    this.#entries.set(key, entry);
    this.#slots[slot]?.add(entry);
    return true;
  }

  /**
   * Has a known key run after `delayMs` from now: at once where that is less than an interval. False where it is not
   * known. @throws RangeError where the delay is no number.
   */
  move(key: Key, delayMs: number): boolean {
    const delay = checked(delayMs);
    const entry = this.#entries.get(key);
    if (!entry) return false;
    if (delay >= this.#options.intervalMs) this.#moveEntry(entry, delay);
    else {
      this.#take(entry);
      this.#run(entry);
    }
    return true;
  }

  /** False where the key is not known. */
  remove(key: Key): boolean {
    const entry = this.#entries.get(key);
    if (entry) this.#take(entry);
    return entry !== undefined;
  }

  /** Takes all entries out and does `work` with each, eight at once. Resolves when all of it is done. */
  async drain(work: (key: Key, value: Value) => Promise<void> | void): Promise<void> {
    const entries = [...this.#entries.values()];
    for (const entry of entries) this.#take(entry);
    const left = entries.values();
    const worker = async () => {
      for (const { key, value } of left) {
        try {
          await work(key, value);
        } catch (error) {
          this.#options.failed(error, key);
        }
      }
    };
    await Promise.all(Array.from({ length: DRAIN_WORKERS }, worker));
  }

  /** Nothing runs any more; what is left may be drained. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #awaitTick(): void {
    const { clock, intervalMs } = this.#options;
    const nowMs = clock.now();
    const waitMs = this.#nextTickMs - nowMs;
    // Late by more than a tick, or the clock was set.
    if (waitMs <= 0 || waitMs > intervalMs) this.#nextTickMs = nowMs + intervalMs;
    this.#timer = clock.setTimer(this.#nextTickMs - nowMs, () => {
      this.#nextTickMs += intervalMs;
      this.#awaitTick();
      this.#tick();
    });
  }

  #tick(): void {
    this.#position = (this.#position + 1) % this.#options.slots;
    const due: Entry<Key, Value>[] = [];
    for (const entry of this.#slots[this.#position] ?? []) {
      if (entry.circle > 0) entry.circle--;
      else if (entry.diff > 0) this.#carry(entry, (this.#position + entry.diff) % this.#options.slots);
      else due.push(entry);
    }
    for (const entry of due) this.#take(entry);
    for (const entry of due) this.#run(entry);
  }

  #target(delayMs: number): { ticks: number; slot: number; circle: number } {
    const { intervalMs, slots } = this.#options;
    const steps = Math.floor(delayMs / intervalMs);
    const circle = Math.floor((steps - 1) / slots);
    return { ticks: steps - circle * slots, slot: (this.#position + steps) % slots, circle };
  }

  #moveEntry(entry: Entry<Key, Value>, delayMs: number): void {
    const { slots } = this.#options;
    const { ticks, slot, circle } = this.#target(delayMs);
    /** Until the hand is where the entry lies: 1 to `slots`, as `ticks` is. */
    const ticksToEntry = ((entry.slot - this.#position - 1 + slots) % slots) + 1;
    const diff = ticks - ticksToEntry;
    if (diff >= 0) Object.assign(entry, { circle, diff });
    else if (circle > 0) Object.assign(entry, { circle: circle - 1, diff: slots + diff });
    else {
      entry.circle = 0;
      this.#carry(entry, slot);
    }
  }

  #carry(entry: Entry<Key, Value>, slot: number): void {
    this.#slots[entry.slot]?.delete(entry);
    entry.slot = slot;
    entry.diff = 0;
    this.#slots[slot]?.add(entry);
  }

  #take(entry: Entry<Key, Value>): void {
    this.#slots[entry.slot]?.delete(entry);
    this.#entries.delete(entry.key);
  }

  #run({ key, value }: Entry<Key, Value>): void {
    try {
      this.#options.run(key, value);
    } catch (error) {
      this.#options.failed(error, key);
    }
  }
}

function checked(delayMs: number): number {
  if (!Number.isFinite(delayMs)) throw new RangeError(`A delay of ${delayMs} ms.`);
  return delayMs;
}
