/** What lives exactly as long as one client operation: each owner keeps one value in it, made on first use. */
export class OperationScope {
  readonly #values = new Map<object, unknown>();

  /** The value that `owner` keeps in this operation. */
  get<Value>(owner: object, create: () => Value): Value {
    if (!this.#values.has(owner)) this.#values.set(owner, create());
    return this.#values.get(owner) as Value;
  }

  /** Forgets every value: what was read before a mutation may not be true after it, whoever read it. */
  clear(): void {
    this.#values.clear();
  }
}
