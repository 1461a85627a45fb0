import type { Clock } from '../clock/clock.ts';

/**
 * What the store is asked for. A server can refuse writes and still answer reads: its disk is full, its replicas are
 * gone, it was demoted. Old values cannot be deleted then, and reads would answer them without end.
 */
export type StoreSide = 'read' | 'write';

/** Whether writes are known to be taken now; `unproven`: not lately, `refused`: as far as is known they are not. */
export type WriteState = 'taken' | 'unproven' | 'refused';

/** After so many failures one after the other the store counts as away; a single late answer is no reason. */
const FAILURES = 5;
/** How often it is asked while it is away. */
const PROBE_MS = 500;
/** How long a write that was taken speaks for the next ones. With the lifetime of local copies it is below 5 s. */
const PROOF_MS = 1_000;

/**
 * Whether the shared cache is asked at all. While it is away, or too slow, readers would only wait for their time-out:
 * one of them asks now and then, and the first answer brings all of them back. Reads and writes are counted apart, and
 * it is away while either fails.
 */
export class StoreSwitch {
  readonly #clock: Clock;
  readonly #failures = { read: 0, write: 0 };
  /** The last failure, or the last time that one was let ask. */
  #triedAtMs = 0;
  /** A process that has just begun takes it that writes are taken. */
  #wroteAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wroteAtMs = clock.now();
  }

  get isAway(): boolean {
    return Math.max(this.#failures.read, this.#failures.write) >= FAILURES;
  }

  /** Whoever reads trusts the answer only while writes are taken, and has to write something where that is not known. */
  get writes(): WriteState {
    if (this.#failures.write >= FAILURES) return 'refused';
    return this.#failures.write > 0 || this.#isOver(this.#wroteAtMs, PROOF_MS) ? 'unproven' : 'taken';
  }

  /** Whether to ask now. While the store is away it says so to one caller each half second, who must tell the outcome. */
  mayAsk(): boolean {
    if (!this.isAway) return true;
    if (!this.#isOver(this.#triedAtMs, PROBE_MS)) return false;
    this.#triedAtMs = this.#clock.now();
    return true;
  }

  /** Whoever takes writes answers reads as well, but not the other way round. */
  answered(side: StoreSide): void {
    this.#failures.read = 0;
    if (side === 'read') return;
    this.#failures.write = 0;
    this.#wroteAtMs = this.#clock.now();
  }

  failed(side: StoreSide): void {
    this.#failures[side]++;
    this.#triedAtMs = this.#clock.now();
  }

  #isOver(sinceMs: number, forMs: number): boolean {
    const passedMs = this.#clock.now() - sinceMs;
    // Below zero the clock was set back.
    return passedMs < 0 || passedMs >= forMs;
  }
}
