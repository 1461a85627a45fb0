import { setImmediate as nextTurn } from 'node:timers/promises';

interface Waiting {
  readonly label: string;
  /** Resolves when the step is done; its failure is the actor's. */
  readonly go: () => Promise<unknown>;
}

/** Lets steps of concurrent actors happen one after the other, in an order of our choosing. */
export class Turns {
  /** Which of the waiting steps was taken, and of how many, from the first to the last. */
  readonly #choices: { readonly taken: number; readonly of: number }[] = [];
  readonly #planned: readonly number[];
  readonly #waiting: Waiting[] = [];
  readonly #order: string[] = [];

  /** Takes the steps that `planned` says, and afterwards always the one that has waited longest. */
  constructor(planned: readonly number[]) {
    this.#planned = planned;
  }

  /** The steps that were taken: `reader fills`. */
  get order(): readonly string[] {
    return this.#order;
  }

  /** Does `work` when its turn has come. */
  async take<Result>(label: string, work: () => Result | Promise<Result>): Promise<Result> {
    const { promise: done, resolve, reject } = Promise.withResolvers<Result>();
    const go = async () => {
      try {
        resolve(await work());
      } catch (error) {
        reject(error);
      }
    };
    this.#waiting.push({ label, go });
    return done;
  }

  /** Takes steps until nobody waits for one any more. */
  async takeAll(): Promise<void> {
    // Between two steps all code that waits for nothing but promises has come to its next step, or to its end.
    for (await nextTurn(); this.#waiting.length > 0; await nextTurn()) {
      const taken = this.#planned[this.#choices.length] ?? 0;
      this.#choices.push({ taken, of: this.#waiting.length });
      const [step] = this.#waiting.splice(taken, 1);
      if (!step) throw new Error('The same steps led elsewhere this time.');
      this.#order.push(step.label);
      await step.go();
    }
  }

  /** The plan for the next order in a depth-first walk; undefined after the last. */
  next(): readonly number[] | undefined {
    const last = this.#choices.findLastIndex(({ taken, of }) => taken + 1 < of);
    if (last === -1) return undefined;
    const plan = this.#choices.slice(0, last + 1).map(({ taken }) => taken);
    plan[last] = (plan[last] ?? 0) + 1;
    return plan;
  }
}

/**
 * Plays `play` once for each order that its steps can come in: it starts its actors, which ask `turns` before each step,
 * and lets `turns.takeAll()` run. Each time it must do the same, but for the order. Returns the number of orders.
 */
export async function everyOrder(play: (turns: Turns) => Promise<void>): Promise<number> {
  let orders = 0;
  for (let plan: readonly number[] | undefined = []; plan; ) {
    const turns = new Turns(plan);
    await play(turns);
    orders++;
    plan = turns.next();
  }
  return orders;
}
