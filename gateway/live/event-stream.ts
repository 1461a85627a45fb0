import { hash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '@tiffin/lib/clock/clock';

/** Proxies close what is silent; half a minute is a common patience. */
export const pingMs = 15_000;
/** A client that takes nothing for so long is cut off. */
export const maxStuckMs = 30_000;

/** After `complete` a client has this long to take what is under way. */
const maxGoodbyeMs = 5_000;

export interface EventStreamOptions {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, number | string | string[] | undefined>>;
  readonly clock: Clock;
  readonly onSent?: () => void;
  /** Once, when the connection is gone: who was the reason. Not after `complete`. */
  readonly onGone: (who: 'client' | 'stuck') => void;
}

/**
 * Server-sent events in the distinct connections mode of GraphQL over SSE, for states of which only the newest matters.
 * The wire format is ours, three lines of it: graphql-sse's handler takes what a subscription yields into a queue without
 * bound, whether the client reads or not, so that states could not be skipped, and it pings and times by itself.
 */
export class EventStream {
  readonly #options: EventStreamOptions;
  #ping: Timer | undefined;
  #stuck: Timer | undefined;
  #waiting: { readonly text: string; readonly digest: string } | undefined;
  #sent: string | undefined;
  #isOver = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    const { response, headers } = options;
    response.on('close', this.#onClose);
    response.on('drain', this.#onDrain);
    // Its 'close' follows; without a listener it would end the process.
    response.on('error', () => {});
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-store, no-transform',
      // nginx would collect events.
      'x-accel-buffering': 'no',
    });
    this.#write(':\n\n');
    // Then 'close' has been: whoever opened the stream sees that too.
    if (response.destroyed) this.#end();
    else this.#schedulePing();
  }

  /** Sends a result, unless it is the one sent last. While the client does not read only the newest waits. */
  next(text: string): void {
    if (this.#isOver) return;
    const digest = hash('sha256', text, 'base64');
    if (!this.#options.response.writableNeedDrain) this.#send(text, digest);
    else this.#waiting = digest === this.#sent ? undefined : { text, digest };
  }

  /** Says that there will be no more, and ends. What has not been sent is dropped. */
  complete(): void {
    if (this.#isOver) return;
    this.#write('event: complete\ndata:\n\n');
    this.#end();
    const { response, clock } = this.#options;
    response.end();
    const timer = clock.setTimer(maxGoodbyeMs, () => response.destroy());
    response.once('close', () => timer.cancel());
  }

  /** Cuts the client off. */
  destroy(): void {
    this.#end();
    this.#options.response.destroy();
  }

  #send(text: string, digest: string): void {
    if (digest === this.#sent) return;
    this.#sent = digest;
    // JSON has no line breaks, which would end the field.
    this.#write(`event: next\ndata: ${text}\n\n`);
    this.#options.onSent?.();
  }

  #write(chunk: string): void {
    const { response, clock } = this.#options;
    if (response.write(chunk) || this.#stuck || this.#isOver) return;
    this.#stuck = clock.setTimer(maxStuckMs, () => {
      this.destroy();
      this.#options.onGone('stuck');
    });
  }

  readonly #onDrain = (): void => {
    this.#stuck?.cancel();
    this.#stuck = undefined;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) this.#send(waiting.text, waiting.digest);
  };

  readonly #onClose = (): void => {
    if (this.#isOver) return;
    this.#end();
    this.#options.onGone('client');
  };

  #schedulePing(): void {
    const { response, clock } = this.#options;
    this.#ping = clock.setTimer(pingMs, () => {
      if (!response.writableNeedDrain) this.#write(':\n\n');
      this.#schedulePing();
    });
  }

  #end(): void {
    this.#isOver = true;
    this.#waiting = undefined;
    this.#ping?.cancel();
    this.#stuck?.cancel();
    this.#options.response.off('close', this.#onClose);
    this.#options.response.off('drain', this.#onDrain);
  }
}
