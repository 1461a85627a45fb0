export interface KeyedQueueOptions {
  /** Tasks under way at once, all of different keys. */
  readonly maxRunning: number;
  /** Tasks that wait. */
  readonly maxWaiting: number;
}

type Task = () => Promise<void>;

/** Runs tasks of one key in order, one at a time, and those of other keys meanwhile. */
export class KeyedQueue {
  readonly #options: KeyedQueueOptions;
  /** The first of each key may run, or runs. */
  readonly #tasks = new Map<string, Task[]>();
  readonly #ready: string[] = [];
  #running = 0;
  #waiting = 0;
  #idle = Promise.withResolvers<void>();

  constructor(options: KeyedQueueOptions) {
    this.#options = options;
  }

  /** Tasks must not reject. False when it is full: then the task does not run. */
  add(key: string, task: Task): boolean {
    if (this.#waiting >= this.#options.maxWaiting) return false;
    this.#waiting++;
    const behind = this.#tasks.get(key);
    if (behind) behind.push(task);
    else {
      this.#tasks.set(key, [task]);
      this.#ready.push(key);
    }
    this.#startReady();
    return true;
  }

  /** Resolves when nothing runs and nothing waits. */
  async idle(): Promise<void> {
    while (this.#tasks.size > 0) await this.#idle.promise;
  }

  #startReady(): void {
    while (this.#running < this.#options.maxRunning) {
      const key = this.#ready.shift();
      if (key === undefined) return;
      this.#running++;
      this.#waiting--;
      void this.#run(key);
    }
  }

  async #run(key: string): Promise<void> {
    const tasks = this.#tasks.get(key) ?? [];
    await tasks[0]?.();
    tasks.shift();
    this.#running--;
    if (tasks.length > 0) this.#ready.push(key);
    else this.#tasks.delete(key);
    this.#startReady();
    if (this.#tasks.size > 0) return;
    this.#idle.resolve();
    this.#idle = Promise.withResolvers();
  }
}
