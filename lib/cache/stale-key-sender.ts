/** A key, and when it was written, the epoch. */
export interface StaleWrite {
  readonly key: string;
  readonly writtenAtMs: number;
}

/** What one process tells the others about stale keys. */
export interface StaleMessage {
  readonly publisher: string;
  /** One more than that of the publisher's message before; the first is 1. */
  readonly number: number;
  readonly writes: readonly StaleWrite[];
}

/** Of one message. */
const MAX_KEYS = 500;
const MAX_CHARS = 32 * 1_024;
/** That wait for the message under way. */
const MAX_WAITING = 10_000;

/**
 * Sends stale keys in numbered messages, one after the other: on a Redis Cluster two at a time could overtake each other.
 * What comes meanwhile waits, and goes out together. Where something was not sent, or might not have been, a number is
 * left out: the receivers then know that they do not know.
 */
export class StaleKeySender {
  readonly #publisher: string;
  readonly #publish: (message: string) => Promise<unknown>;
  readonly #waiting = new Map<string, number>();
  #number = 0;
  #hasMissed = false;
  #sending: Promise<void> | undefined;

  constructor(publisher: string, publish: (message: string) => Promise<unknown>) {
    this.#publisher = publisher;
    this.#publish = publish;
  }

  /** Resolves when the keys are out; rejects where they are not, and may be given up. */
  send(keys: readonly string[], writtenAtMs: number): Promise<void> {
    for (const key of keys) {
      // The first write counts for how stale others are; a later one makes that no better.
      if (!this.#waiting.has(key)) this.#waiting.set(key, writtenAtMs);
    }
    if (this.#waiting.size > MAX_WAITING) this.#giveUpWaiting();
    this.#sending ??= this.#sendAll();
    return this.#sending;
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    await this.#sending?.catch(() => {});
  }

  async #sendAll(): Promise<void> {
    // What is told in the same turn goes out together, and whoever called has this promise before it ends.
    await undefined;
    try {
      while (this.#waiting.size > 0 || this.#hasMissed) await this.#publish(this.#nextMessage());
    } catch (error) {
      this.#giveUpWaiting();
      throw error;
    } finally {
      // Here and not later: a key that came between the last look and then would wait for the next one.
      this.#sending = undefined;
    }
  }

  #nextMessage(): string {
    if (this.#hasMissed) this.#number++;
    this.#hasMissed = false;
    this.#number++;
    return formatStaleMessage({ publisher: this.#publisher, number: this.#number, writes: this.#takeSome() });
  }

  #giveUpWaiting(): void {
    this.#waiting.clear();
    this.#hasMissed = true;
  }

  #takeSome(): StaleWrite[] {
    const writes: StaleWrite[] = [];
    let chars = 0;
    for (const [key, writtenAtMs] of this.#waiting) {
      chars += key.length;
      if (writes.length === MAX_KEYS || (writes.length > 0 && chars > MAX_CHARS)) break;
      writes.push({ key, writtenAtMs });
      this.#waiting.delete(key);
    }
    return writes;
  }
}

/** As a JSON array of publisher, number, and then key and time of each write. */
export function formatStaleMessage({ publisher, number, writes }: StaleMessage): string {
  return JSON.stringify([publisher, number, ...writes.flatMap(({ key, writtenAtMs }) => [key, writtenAtMs])]);
}

/** Undefined where the text is no such message. */
export function parseStaleMessage(text: string): StaleMessage | undefined {
  const parts = parseArray(text);
  if (!parts) return undefined;
  const [publisher, number, ...pairs] = parts;
  if (typeof publisher !== 'string' || !Number.isSafeInteger(number) || pairs.length % 2 > 0)
    return undefined;
  const writes: StaleWrite[] = [];
  for (let at = 0; at < pairs.length; at += 2) {
    const [key, writtenAtMs] = [pairs[at], pairs[at + 1]];
    if (typeof key !== 'string' || typeof writtenAtMs !== 'number') return undefined;
    writes.push({ key, writtenAtMs });
  }
  return { publisher, number: number as number, writes };
}

function parseArray(text: string): readonly unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
