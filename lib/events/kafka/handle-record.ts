import type { Clock } from '../../clock/clock.ts';
import { timedOut, within } from '../../lifecycle/within.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { SendOutcome, Subscription } from '../event-bus.ts';
import { type Failure, recordAfterFailure } from './after-failure.ts';
import { attemptOf, eventOf, type IncomingRecord, type OutgoingRecord } from './event-record.ts';
import type { ConsumerSettings } from './kafka-settings.ts';
import type { SubscriptionTopics } from './topic-names.ts';

export interface RecordHandlerOptions {
  readonly subscription: Subscription;
  readonly topics: SubscriptionTopics;
  readonly settings: Pick<ConsumerSettings, 'handlerTimeoutMs' | 'retryDelaysMs'>;
  readonly send: (record: OutgoingRecord) => Promise<SendOutcome>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Resolves when the record needs no more of us: it was handled, or lies in a retry topic or with the dead letters. */
export type RecordHandler = (
  record: IncomingRecord,
  source: Failure['source'],
  signal: AbortSignal,
) => Promise<void>;

/** The bytes would fail each time. */
class Poison extends Error {
  override readonly name = 'Poison';
}

export function createRecordHandler(options: RecordHandlerOptions): RecordHandler {
  const { subscription, topics, settings, send, clock, logger, metrics } = options;
  const { consumer, topic, handle } = subscription;
  const deliveries = metrics.counter({
    name: 'tiffin_kafka_deliveries_total',
    help: 'Deliveries of events to consumers by what became of them: handled, retried or dead.',
    labelNames: ['consumer', 'topic', 'outcome'],
  });
  const count = (outcome: string) => deliveries.inc({ consumer, topic: topic.name, outcome });

  async function deliver(record: IncomingRecord, letGo: AbortSignal): Promise<void> {
    const { event, payload } = decode(record);
    // Tied by hand: a signal of `AbortSignal.any` that nobody listens to may miss its abort after a garbage collection.
    const over = new AbortController();
    const abort = () => over.abort(letGo.reason);
    if (letGo.aborted) abort();
    letGo.addEventListener('abort', abort, { once: true });
    try {
      const handled = handle({ event, payload, attempt: attemptOf(record), signal: over.signal });
      if ((await within(clock, settings.handlerTimeoutMs, handled)) !== timedOut) return;
      const error = new Error(`${consumer} did not end within ${settings.handlerTimeoutMs} ms`);
      over.abort(error);
      throw error;
    } finally {
      letGo.removeEventListener('abort', abort);
    }
  }

  function decode(record: IncomingRecord) {
    try {
      const event = eventOf(record, topic.name);
      return { event, payload: topic.codec.decode(event.payload) };
    } catch (error) {
      throw new Poison(error instanceof Error ? error.message : String(error));
    }
  }

  async function putAside(failure: Failure): Promise<void> {
    const { isDead, ...record } = recordAfterFailure(failure, topics, settings.retryDelaysMs, clock.now());
    const fields = { consumer, topic: topic.name, eventId: record.headers['id'], to: record.topic };
    logger[isDead ? 'error' : 'warn']({ ...fields, err: failure.error }, 'event not handled');
    const outcome = await send(record);
    // It would be refused each time it comes again, and its partition would stand still for ever.
    if (outcome.kind === 'refused' && failure.refusal === undefined)
      return putAside({ ...failure, refusal: outcome.reason });
    // Then it is not finished, and comes again from where it lies.
    if (outcome.kind !== 'sent')
      throw new Error(`An event of ${consumer} found no place in ${record.topic}: ${outcome.reason}`);
    count(isDead ? 'dead' : 'retried');
  }

  return async (record, source, signal) => {
    try {
      await deliver(record, signal);
      count('handled');
    } catch (error) {
      // It failed because it was told to let go, which is no attempt.
      if (signal.aborted) throw error;
      await putAside({ record, source, error, isPoison: error instanceof Poison });
    }
  };
}
