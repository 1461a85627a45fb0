/**
 * Bounds the queries that subscriptions run at once, in order of arrival: one signal may wake thousands of them, and
 * requests of people shall not stand behind those.
 */
export class RunGate {
  readonly #maxRuns: number;
  #runs = 0;
  readonly #waiting = new Set<() => void>();

  constructor(maxRuns: number) {
    this.#maxRuns = maxRuns;
  }

  /** Runs under way, and those that wait. */
  get load(): { readonly running: number; readonly waiting: number } {
    return { running: this.#runs, waiting: this.#waiting.size };
  }

  /** Resolves to what `work` gives, or to undefined where `signal` aborted before its turn came. */
  async run<Value>(signal: AbortSignal, work: () => Promise<Value>): Promise<Value | undefined> {
    if (signal.aborted) return undefined;
    if (this.#runs < this.#maxRuns) this.#runs++;
    else if (!(await this.#turn(signal))) return undefined;
    try {
      return signal.aborted ? undefined : await work();
    } finally {
      this.#leave();
    }
  }

  /** Resolves to whether it came, before `signal` aborted. */
  #turn(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (hasCome: boolean) => {
        this.#waiting.delete(come);
        signal.removeEventListener('abort', stop);
        resolve(hasCome);
      };
      const come = () => end(true);
      const stop = () => end(false);
      this.#waiting.add(come);
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  /** A place is handed on: given back first, it could be taken by whoever comes before the next one wakes up. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next) next();
    else this.#runs--;
  }
}
