import type { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock/clock.ts';
import { timedOut, within } from '../lifecycle/within.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type EventBus, type SendOutcome, STOP_GRACE_MS, type Subscription } from './event-bus.ts';
import { KeyedQueue } from './keyed-queue.ts';

/** An `EventBus` of one process: who sends an event waits until the handlers of all its consumers have run. */
export interface InProcessBus extends EventBus {
  /**
   * Says that everybody has subscribed. Until then every event is `unavailable`: it would be sent to nobody, and its
   * outbox would forget it.
   */
  begin(): void;
}

export interface InProcessBusOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** A handler that takes longer has failed. Default 10,000 ms. */
  readonly handlerTimeoutMs?: number;
  /** Events of different aggregates that one consumer handles at once. Default 8. */
  readonly maxRunning?: number;
  /** Events that wait for one consumer; a further one is `unavailable`, or lost where its topic may lose it. Default 10,000. */
  readonly maxWaiting?: number;
}

/** One consumer's part in one topic. Several instances in one process take turns. */
interface Consumer {
  readonly name: string;
  readonly isLossy: boolean;
  readonly instances: Subscription[];
  next: number;
  readonly queue: KeyedQueue;
}

/** Failed events whose number of attempts is remembered; a forgotten one is told as a first attempt again. */
const MAX_COUNTED_FAILURES = 10_000;
/** How long handlers may take to end once their signals have aborted. */
const RELEASE_MS = 500;

const sent: SendOutcome = { kind: 'sent' };
const away = (reason: string): SendOutcome => ({ kind: 'unavailable', reason });

/** Its bytes would fail each time. */
class Undecodable extends Error {}

/**
 * There is no broker that keeps an event for a consumer: the outbox keeps it for all of them. So an event is sent when
 * every consumer's handler has succeeded. Where one throws, the event is refused and comes back on the outbox's
 * schedule, to those too that had succeeded; their inboxes drop it.
 */
export function createInProcessBus(options: InProcessBusOptions): InProcessBus {
  const { clock, logger, handlerTimeoutMs = 10_000, maxRunning = 8, maxWaiting = 10_000 } = options;
  const topics = new Map<string, Map<string, Consumer>>();
  const failures = new LRUCache<string, number>({ max: MAX_COUNTED_FAILURES });
  const letGo = new AbortController();
  let state: 'starting' | 'open' | 'stopped' = 'starting';
  const lost = options.metrics.counter({
    name: 'tiffin_events_lost_total',
    help: 'Events of lossy topics that a consumer in this process did not handle.',
    labelNames: ['topic', 'consumer'],
  });

  async function sendOne(event: Event): Promise<SendOutcome> {
    if (state !== 'open')
      return away(state === 'starting' ? 'consumers are starting' : 'the bus has stopped');
    const consumers = topics.get(event.type)?.values() ?? [];
    const outcomes = await Promise.all([...consumers].map((consumer) => hand(consumer, event)));
    return togetherFrom(outcomes);
  }

  /** Begins at once, so that events given in order wait in order. */
  function hand(consumer: Consumer, event: Event): Promise<SendOutcome> | SendOutcome {
    const { promise, resolve } = Promise.withResolvers<SendOutcome>();
    const accepted = consumer.queue.add(event.aggregateId || event.id, async () => {
      // Those that may be lost are in no outbox, so what waits is handled yet.
      const givenUp = letGo.signal.aborted || (state === 'stopped' && !consumer.isLossy);
      resolve(givenUp ? away('the bus has stopped') : await deliver(consumer, event));
    });
    if (!consumer.isLossy) return accepted ? promise : away(`${consumer.name} has too many events waiting`);
    const drop = () => lost.inc({ topic: event.type, consumer: consumer.name });
    if (accepted) promise.then(({ kind }) => kind !== 'sent' && drop());
    else drop();
    return sent;
  }

  async function deliver(consumer: Consumer, event: Event): Promise<SendOutcome> {
    const key = `${consumer.name} ${event.id}`;
    const attempt = (failures.get(key) ?? 0) + 1;
    try {
      await handle(consumer, event, attempt);
      failures.delete(key);
      return sent;
    } catch (error) {
      // It was asked to let go, which is no fault of the event.
      if (letGo.signal.aborted) return away('the bus has stopped');
      failures.set(key, attempt);
      const fields = { consumer: consumer.name, topic: event.type, eventId: event.id, attempt };
      logger.warn({ ...fields, err: error }, 'event not handled');
      const reason = `${consumer.name}: ${messageOf(error)}`;
      return { kind: 'refused', reason, ...(error instanceof Undecodable && { isFinal: true }) };
    }
  }

  async function handle(consumer: Consumer, event: Event, attempt: number): Promise<void> {
    const instance = consumer.instances[consumer.next++ % consumer.instances.length];
    if (!instance) return;
    // Tied by hand: a signal of `AbortSignal.any` that nobody listens to may miss its abort after a garbage collection.
    const over = new AbortController();
    const abort = () => over.abort(letGo.signal.reason);
    if (letGo.signal.aborted) abort();
    letGo.signal.addEventListener('abort', abort, { once: true });
    try {
      const payload = decode(instance, event);
      const handled = instance.handle({ event, payload, attempt, signal: over.signal });
      if ((await within(clock, handlerTimeoutMs, handled)) !== timedOut) return;
      const error = new Error(`did not end within ${handlerTimeoutMs} ms`);
      over.abort(error);
      throw error;
    } finally {
      letGo.signal.removeEventListener('abort', abort);
    }
  }

  return {
    send: (events) => Promise.all(events.map((event) => sendOne(event))),
    async subscribe(subscription) {
      const { topic, consumer: name } = subscription;
      const consumers = topics.get(topic.name) ?? new Map<string, Consumer>();
      topics.set(topic.name, consumers);
      const consumer = consumers.get(name) ?? {
        name,
        isLossy: topic.class === 'lossy',
        instances: [],
        next: 0,
        queue: new KeyedQueue({
          maxRunning: subscription.maxConcurrentHandlers ?? maxRunning,
          maxWaiting,
        }),
      };
      consumers.set(name, consumer);
      consumer.instances.push(subscription as Subscription);
    },
    begin() {
      if (state === 'starting') state = 'open';
    },
    async stop() {
      state = 'stopped';
      const queues = [...topics.values()].flatMap((consumers) =>
        [...consumers.values()].map(({ queue }) => queue),
      );
      const idle = () => Promise.all(queues.map((queue) => queue.idle()));
      if ((await within(clock, STOP_GRACE_MS, idle())) !== timedOut) return;
      letGo.abort(new Error('the bus has stopped'));
      await within(clock, RELEASE_MS, idle());
    },
  };
}

/** One consumer's "never" does not end the attempts of the others: it counts when nobody else wants the event again. */
function togetherFrom(outcomes: readonly SendOutcome[]): SendOutcome {
  return (
    outcomes.find((outcome) => outcome.kind === 'refused' && !outcome.isFinal) ??
    outcomes.find(({ kind }) => kind === 'unavailable') ??
    outcomes.find(({ kind }) => kind === 'refused') ??
    sent
  );
}

function decode({ topic }: Subscription, event: Event): unknown {
  try {
    return topic.codec.decode(event.payload);
  } catch (error) {
    throw new Undecodable(`the payload is no message of ${topic.name}: ${messageOf(error)}`);
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
