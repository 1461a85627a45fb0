import type { Clock, Timer } from '../clock/clock.ts';

export interface BatcherOptions<Item, Outcome> {
  readonly clock: Clock;
  /** Sends a batch, one call at a time; outcomes in the order of the items. A throw is the outcome of each. */
  readonly send: (items: readonly Item[]) => Promise<readonly Outcome[]>;
  readonly bytesOf: (item: Item) => number;
  /** Default 100. */
  readonly maxItems?: number;
  /** Bytes of a batch; an item above it goes alone. Default 512 KiB. */
  readonly maxBytes?: number;
  /** How long the first item of a batch waits for others. Default 5 ms. */
  readonly maxWaitMs?: number;
  /** Items not sent yet. Default 10,000. */
  readonly maxBufferedItems?: number;
  /** Bytes not sent yet. Default 64 MiB. */
  readonly maxBufferedBytes?: number;
}

/** Makes one send out of what many callers have. */
export interface Batcher<Item, Outcome> {
  /**
   * Resolves to this item's own outcome: a caller that awaits it goes no faster than what it sends to. Rejects with
   * `BatcherFull`, or with what `send` threw.
   */
  add(item: Item): Promise<Outcome>;
  /** Sends what is buffered and waits for it. Later items are refused. */
  stop(): Promise<void>;
}

/** As much waits as may, or the batcher has stopped: this item was not taken. */
export class BatcherFull extends Error {
  override readonly name = 'BatcherFull';
}

interface Entry<Item, Outcome> {
  readonly item: Item;
  readonly bytes: number;
  resolve(outcome: Outcome): void;
  reject(thrown: unknown): void;
}

/**
 * go-zero's bulk and chunk executors in one: a batch goes when it has enough items, enough bytes, or has waited long
 * enough. Otherwise than there, an adder learns what became of its own item, and there is one send under way, so that
 * items keep their order whatever their keys; the next batch gathers meanwhile.
 */
export function createBatcher<Item, Outcome>(options: BatcherOptions<Item, Outcome>): Batcher<Item, Outcome> {
  const { clock, send, bytesOf, maxItems = 100, maxBytes = 512 * 1024, maxWaitMs = 5 } = options;
  const { maxBufferedItems = 10_000, maxBufferedBytes = 64 * 1024 * 1024 } = options;
  let buffer: Entry<Item, Outcome>[] = [];
  let bufferedBytes = 0;
  let timer: Timer | undefined;
  let isDue = false;
  let sending: Promise<void> = Promise.resolve();
  let isSending = false;
  let stopped = false;

  function cut(): Entry<Item, Outcome>[] {
    let count = 0;
    for (let bytes = 0; count < Math.min(maxItems, buffer.length); count++) {
      bytes += buffer[count]?.bytes ?? 0;
      if (bytes > maxBytes && count > 0) break;
    }
    const batch = buffer.slice(0, count);
    buffer = buffer.slice(count);
    for (const { bytes } of batch) bufferedBytes -= bytes;
    return batch;
  }

  const isFull = () => buffer.length >= maxItems || bufferedBytes >= maxBytes;

  /** Sends batch after batch while one is full or due. */
  async function flush(): Promise<void> {
    isSending = true;
    while (buffer.length > 0 && (isFull() || isDue || stopped)) {
      timer?.cancel();
      timer = undefined;
      await sendBatch(cut());
      // Those that came meanwhile have waited for the send, which is long enough.
      isDue = true;
    }
    isDue = false;
    isSending = false;
  }

  async function sendBatch(batch: readonly Entry<Item, Outcome>[]): Promise<void> {
    try {
      const outcomes = await send(batch.map(({ item }) => item));
      if (outcomes.length !== batch.length)
        throw new Error(`${batch.length} items had ${outcomes.length} outcomes`);
      for (const [index, outcome] of outcomes.entries()) batch[index]?.resolve(outcome);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  function startFlush(): void {
    if (!isSending) sending = flush();
  }

  return {
    // A `bytesOf` that throws is the item's own fault, and rejects.
    async add(item) {
      const bytes = bytesOf(item);
      // An empty buffer takes an item of any size: else it could never be sent.
      const isTooMuch = buffer.length > 0 && bufferedBytes + bytes > maxBufferedBytes;
      if (stopped || isTooMuch || buffer.length >= maxBufferedItems) {
        const why = stopped ? 'has stopped' : `has ${buffer.length} items waiting`;
        throw new BatcherFull(`The batcher ${why}.`);
      }
      const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
      buffer.push({ item, bytes, resolve, reject });
      bufferedBytes += bytes;
      if (isFull()) startFlush();
      else if (!isSending) {
        timer ??= clock.setTimer(maxWaitMs, () => {
          isDue = true;
          startFlush();
        });
      }
      return promise;
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      startFlush();
      await sending;
    },
  };
}
