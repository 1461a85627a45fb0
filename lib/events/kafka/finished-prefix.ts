/**
 * Says how far a list is finished without a gap, while its members finish in any order. Only so far may offsets be
 * committed: a commit says that all before it is done.
 */
export class FinishedPrefix {
  readonly #finished: boolean[];
  #length = 0;

  constructor(size: number) {
    this.#finished = new Array<boolean>(size).fill(false);
  }

  /** How many, from the first on, are finished. */
  get length(): number {
    return this.#length;
  }

  get isComplete(): boolean {
    return this.#length === this.#finished.length;
  }

  finish(index: number): void {
    this.#finished[index] = true;
    while (this.#finished[this.#length]) this.#length++;
  }
}
