import type { Clock } from '../clock/clock.ts';
import { timedOut, within } from '../lifecycle/within.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createBatcher } from './batcher.ts';
import type { EventBus } from './event-bus.ts';
import { encodeEvent, type NewEvent } from './new-event.ts';
import type { LossyTopic } from './topic.ts';

export interface LossySenderOptions<Payload> {
  readonly topic: LossyTopic<Payload>;
  readonly bus: Pick<EventBus, 'send'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly metrics: Metrics;
  /** Unique among the events of all processes. */
  readonly newEventId: () => string;
  /** Events of one send. Default 100. */
  readonly maxEvents?: number;
  /** How long the first event of a batch waits for others. Default 50 ms. */
  readonly maxWaitMs?: number;
  /** Events that nothing is known of yet, those under way included. Default 10,000. */
  readonly maxUnsent?: number;
  /** Bytes of their payloads. Default 16 MiB. */
  readonly maxUnsentBytes?: number;
  /** How long a stop waits for the bus. Default 500 ms. */
  readonly stopTimeoutMs?: number;
}

/** Sends events of a topic that may lose them: many at a time, and nobody waits for one. One for each topic of a process. */
export interface LossySender<Payload> {
  /** Whether the event was taken; a full sender drops it. What becomes of it after that is counted, and told to nobody. */
  add(event: Pick<NewEvent<Payload>, 'aggregateId' | 'payload'>): boolean;
  /** Sends what it has. What finds no way within the time is lost. */
  stop(): Promise<void>;
}

/**
 * All events of a process go through one batcher, with one send under way, so that those of one aggregate keep their
 * order. While the bus is slow or away the next ones wait, up to the bounds: further ones are dropped at the door, which
 * costs the caller nothing.
 */
export function createLossySender<Payload>(options: LossySenderOptions<Payload>): LossySender<Payload> {
  const { topic, bus, clock, logger, metrics, newEventId, maxEvents = 100, maxWaitMs = 50 } = options;
  const { maxUnsent = 10_000, maxUnsentBytes = 16 * 1024 * 1024, stopTimeoutMs = 500 } = options;
  const counter = metrics.counter({
    name: 'tiffin_lossy_events_total',
    help: 'Events that may be lost by what became of them: sent, dropped because too many waited, or refused or unavailable.',
    labelNames: ['topic', 'outcome'],
  });
  const waiting = metrics.gauge({
    name: 'tiffin_lossy_events_unsent',
    help: 'Events that may be lost and of which nothing is known yet, those under way included: what a process that dies now loses.',
    labelNames: ['topic'],
  });
  const count = (outcome: string) => counter.inc({ topic: topic.name, outcome });
  const batcher = createBatcher({
    clock,
    send: (events: readonly ReturnType<typeof encodeEvent>[]) => bus.send(events, topic.partitioning),
    bytesOf: ({ payload }) => payload.length,
    maxItems: maxEvents,
    maxWaitMs,
    // It refuses by its promise, which is too late for the caller; so it is never full before we are.
    maxBufferedItems: Number.POSITIVE_INFINITY,
    maxBufferedBytes: Number.POSITIVE_INFINITY,
  });
  let unsent = 0;
  let unsentBytes = 0;
  let stopped = false;
  // It is told as it is asked for, at no cost to whoever adds; from the start on, so that 0 is a number too.
  const tell = () => waiting.set({ topic: topic.name }, unsent);
  const removeTelling = metrics.beforeText(tell);

  return {
    add({ aggregateId, payload }) {
      const origin = { id: newEventId(), occurredAt: new Date(clock.now()), traceparent: '' };
      const event = encodeEvent({ topic, aggregateId, aggregateVersion: 0, payload }, origin);
      const bytes = event.payload.length;
      if (stopped || unsent >= maxUnsent || unsentBytes + bytes > maxUnsentBytes) {
        count('dropped');
        return false;
      }
      unsent++;
      unsentBytes += bytes;
      void batcher
        .add(event)
        .then(
          ({ kind }) => kind,
          () => 'unavailable',
        )
        .then((outcome) => {
          unsent--;
          unsentBytes -= bytes;
          count(outcome);
        });
      return true;
    },
    async stop() {
      stopped = true;
      const ended = await within(clock, stopTimeoutMs, batcher.stop());
      removeTelling();
      tell();
      if (ended !== timedOut || unsent === 0) return;
      logger.warn(
        { topic: topic.name, events: unsent },
        'events that may be lost were not sent before the stop',
      );
    },
  };
}
