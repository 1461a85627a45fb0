import type { Kafka } from 'kafkajs';
import type { Clock } from '../../clock/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { BatcherFull, createBatcher } from '../batcher.ts';
import type { SendOutcome } from '../event-bus.ts';
import { type OutgoingRecord, sizeOf } from './event-record.ts';
import { openProducer } from './kafka-client.ts';
import { createKafkaProducer } from './kafka-producer.ts';
import type { ProducerSettings } from './kafka-settings.ts';
import { isTopicGone } from './send-outcome.ts';
import type { TopicProvisioner } from './topic-provisioner.ts';

export interface RecordSenderOptions {
  readonly kafka: Pick<Kafka, 'producer'>;
  /** Told of topics that are gone. */
  readonly topics: Pick<TopicProvisioner, 'forget'>;
  readonly settings: ProducerSettings;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The one way of a process to Kafka: what all its callers have goes out in batches. */
export interface RecordSender {
  /** Never rejects. */
  send(record: OutgoingRecord): Promise<SendOutcome>;
  /** Sends what is buffered. */
  stop(): Promise<void>;
}

export function createRecordSender(options: RecordSenderOptions): RecordSender {
  const { kafka, topics, settings, clock, logger } = options;
  const producer = createKafkaProducer({ open: () => openProducer(kafka), settings, clock, logger });
  const batcher = createBatcher<OutgoingRecord, SendOutcome>({
    clock,
    send: (records) => producer.send(records),
    bytesOf: sizeOf,
    maxBytes: settings.maxEventBytes,
  });
  return {
    async send(record) {
      const outcome = await batcher.add(record).catch((error: unknown): SendOutcome => {
        const reason = error instanceof BatcherFull ? error.message : 'the batch failed';
        return { kind: 'unavailable', reason };
      });
      if (isTopicGone(outcome)) topics.forget(record.topic);
      return outcome;
    },
    async stop() {
      await batcher.stop();
      await producer.stop();
    },
  };
}
