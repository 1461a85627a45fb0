import type { Clock, Timer } from '@tiffin/lib/clock/clock';

export interface LiveQueryOptions {
  /** Runs the query once. It rejects only where the subscription has to end. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Between two runs that no signal asked for, give or take a fifth. */
  readonly refreshMs: number;
}

/** However many signals come, a query rests so long between two runs. */
export const minPauseMs = 100;

/**
 * When the query of one subscription runs: at once, after each signal, and from time to time without one. Never twice
 * at the same time; what is signalled while it runs leads to one run more, because that one may have read too early.
 */
export class LiveQuery {
  readonly #options: LiveQueryOptions;
  readonly #abort = new AbortController();
  #timer: Timer | undefined;
  #isRunning = false;
  #isDue = false;
  #endedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: LiveQueryOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#run();
  }

  /** Something may have changed. */
  wake(): void {
    if (this.#abort.signal.aborted || this.#isDue) return;
    this.#isDue = true;
    if (!this.#isRunning) this.#schedule(this.#endedAtMs + minPauseMs - this.#options.clock.now());
  }

  /** Aborts a run under way; there is none after it. */
  stop(): void {
    this.#abort.abort();
    this.#timer?.cancel();
  }

  #schedule(delayMs: number): void {
    this.#timer?.cancel();
    if (delayMs <= 0) void this.#run();
    else this.#timer = this.#options.clock.setTimer(delayMs, () => void this.#run());
  }

  async #run(): Promise<void> {
    const { run, onFailure, clock } = this.#options;
    const { signal } = this.#abort;
    this.#isRunning = true;
    this.#isDue = false;
    try {
      await run(signal);
    } catch (error) {
      if (!signal.aborted) onFailure(error);
    }
    this.#isRunning = false;
    this.#endedAtMs = clock.now();
    if (!signal.aborted) this.#schedule(this.#isDue ? minPauseMs : this.#refreshMs());
  }

  /** Subscriptions that began together shall not run together for ever. */
  #refreshMs(): number {
    const { refreshMs, random } = this.#options;
    return refreshMs * (0.8 + 0.4 * random());
  }
}
