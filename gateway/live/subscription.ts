import type { ServerResponse } from 'node:http';
import type { Clock } from '@tiffin/lib/clock/clock';
import type { LiveSignals } from '@tiffin/lib/live/live-signals';
import { EventStream, type EventStreamOptions } from './event-stream.ts';
import { LiveQuery } from './live-query.ts';
import type { EndReason, OpenSubscription, OpenSubscriptions } from './open-subscriptions.ts';

export interface SubscriptionOptions {
  readonly response: ServerResponse;
  readonly headers: EventStreamOptions['headers'];
  readonly open: OpenSubscriptions;
  /** Gives its place back. */
  readonly release: () => void;
  readonly signals: LiveSignals;
  /** Undefined where nothing can be published for it. */
  readonly topic: string | undefined;
  /** The result now, as JSON. It rejects where the subscription has to end. */
  readonly read: (signal: AbortSignal) => Promise<string | undefined>;
  readonly onFailure: (error: unknown) => EndReason;
  readonly onSent: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly refreshMs: number;
  /** When it ends by itself, and why. */
  readonly end: { readonly afterMs: number; readonly reason: EndReason };
}

/** A subscription from its first event to its end; whatever ends it, nothing of it is left. */
export function startSubscription(options: SubscriptionOptions): void {
  const { response, open, release, signals, topic, read, onFailure, clock } = options;
  const stream = new EventStream({ ...options, onGone: (who) => end(who) });
  const query = new LiveQuery({
    ...options,
    async run(signal) {
      const text = await read(signal);
      if (text !== undefined && !signal.aborted) stream.next(text);
    },
    onFailure: (error) => end(onFailure(error)),
  });
  const subscription: OpenSubscription = {
    drain: () => end('drain'),
    destroy: () => stream.destroy(),
    ended: new Promise((resolve) => {
      if (response.destroyed) resolve();
      else response.once('close', resolve);
    }),
  };
  // Before the first run: what changes while that reads is signalled.
  const unsubscribe = topic === undefined ? undefined : signals.subscribe(topic, () => query.wake());
  const timer = clock.setTimer(options.end.afterMs, () => end(options.end.reason));
  const tellEnd = open.add(subscription);
  let isEnded = false;

  function end(reason: EndReason): void {
    if (isEnded) return;
    isEnded = true;
    query.stop();
    unsubscribe?.();
    timer.cancel();
    release();
    stream.complete();
    tellEnd(reason);
  }

  if (response.destroyed) end('client');
  else query.start();
}
