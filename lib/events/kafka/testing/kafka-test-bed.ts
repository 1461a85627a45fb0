import { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { systemClock } from '../../../clock/clock.ts';
import { createMetrics } from '../../../telemetry/metrics.ts';
import { silentLogger } from '../../../testing/silent-logger.ts';
import { defineTopic } from '../../topic.ts';
import { createKafkaBus } from '../kafka-bus.ts';
import type { KafkaSettings } from '../kafka-settings.ts';

/** The payload is an event too: any message would do. */
export const probeTopic = defineTopic({ name: 'probe.made.v1', class: 'durable', codec: Event });

let lastId = 0;

/** An event of `probeTopic`. */
export function probeEvent(aggregateId: string, fields: Partial<Event> = {}): Event {
  const payload = Buffer.from(Event.encode(Event.fromPartial({ id: 'payload' })).finish());
  const id = `probe-${++lastId}`;
  const event = { id, type: probeTopic.name, aggregateId, aggregateVersion: 1, traceparent: '', payload };
  return { ...event, occurredAt: new Date(), ...fields };
}

/** One broker holds one copy; and no test waits long. */
export function settingsForTests(
  brokers: readonly string[],
  prefix: string,
  changes: Partial<KafkaSettings> = {},
): KafkaSettings {
  return {
    brokers,
    prefix,
    ...changes,
    topics: { partitions: 3, replicationFactor: 1, minInsyncReplicas: 1, ...changes.topics },
    consumer: {
      sessionTimeoutMs: 6_000,
      heartbeatIntervalMs: 500,
      commitIntervalMs: 200,
      restartDelayMs: 200,
      stopGraceMs: 500,
      retryDelaysMs: [50, 100],
      ...changes.consumer,
    },
  };
}

export const busForTests = (settings: KafkaSettings, metrics = createMetrics()) =>
  createKafkaBus({ settings, clock: systemClock, logger: silentLogger, metrics });
