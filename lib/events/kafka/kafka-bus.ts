import type { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import type { Clock } from '../../clock/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { EventBus, SendOutcome, Subscription } from '../event-bus.ts';
import { reasonOf } from './after-failure.ts';
import { recordOf, sizeOf } from './event-record.ts';
import { createKafkaClient } from './kafka-client.ts';
import { type KafkaConsumer, startKafkaConsumer } from './kafka-consumer.ts';
import { consumerDefaults, type KafkaSettings, producerDefaults, topicDefaults } from './kafka-settings.ts';
import { createRecordSender } from './record-sender.ts';
import { topicsOf } from './topic-names.ts';
import { createTopicProvisioner } from './topic-provisioner.ts';
import { mainTopic, subscriptionTopics } from './topics-to-ensure.ts';

export interface KafkaBusOptions {
  readonly settings: KafkaSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What a type may look like, so that no event makes a topic of an odd name. */
const TYPE = /^[a-z]+(\.[a-z]+)*\.v[1-9]\d*$/;

/** An `EventBus` over Kafka. Connects when it first sends or subscribes. */
export function createKafkaBus(options: KafkaBusOptions): EventBus {
  const { settings, clock, logger, metrics } = options;
  const { prefix = '' } = settings;
  const producing = { ...producerDefaults, ...settings.producer };
  const consuming = { ...consumerDefaults, ...settings.consumer };
  const topicSettings = { ...topicDefaults, ...settings.topics };
  const sizes = { ...producing, ...topicSettings };
  const kafka = createKafkaClient(settings, logger);
  const topics = createTopicProvisioner({ open: () => kafka.admin(), settings: topicSettings, clock });
  const sender = createRecordSender({ kafka, settings: producing, clock, logger });
  const consumers: KafkaConsumer[] = [];
  let stopped = false;
  const sends = metrics.counter({
    name: 'tiffin_kafka_sends_total',
    help: 'Events given to Kafka by what became of them: sent, refused or unavailable.',
    labelNames: ['outcome'],
  });

  /** Undefined when there is a topic for events of `type`, else what that means for them. */
  async function obstacleTo(type: string): Promise<SendOutcome | undefined> {
    if (!TYPE.test(type)) return { kind: 'refused', reason: 'its type is not named like order.paid.v1' };
    try {
      await topics.ensure([mainTopic(prefix + type, sizes)]);
      return undefined;
    } catch (error) {
      logger.warn({ topic: prefix + type, err: error }, 'no topic to send to');
      return { kind: 'unavailable', reason: reasonOf(error) };
    }
  }

  function sendEvent(event: Event): Promise<SendOutcome> | SendOutcome {
    const { maxEventBytes } = producing;
    try {
      const record = recordOf(event, prefix + event.type);
      if (sizeOf(record) <= maxEventBytes) return sender.send(record);
      return { kind: 'refused', reason: `larger than ${maxEventBytes} bytes` };
    } catch (error) {
      return { kind: 'refused', reason: `it cannot be encoded: ${reasonOf(error)}` };
    }
  }

  return {
    async send(events) {
      if (stopped) return events.map(() => ({ kind: 'unavailable', reason: 'the bus has stopped' }));
      const types = [...new Set(events.map(({ type }) => type))];
      const obstacles = new Map(
        await Promise.all(types.map(async (type) => [type, await obstacleTo(type)] as const)),
      );
      const outcomes = await Promise.all(
        events.map((event) => obstacles.get(event.type) ?? sendEvent(event)),
      );
      for (const { kind } of outcomes) sends.inc({ outcome: kind });
      return outcomes;
    },
    async subscribe(subscription) {
      const { consumer, topic } = subscription;
      const retries = consuming.retryDelaysMs.length;
      const names = topicsOf({ consumer, topic: topic.name }, { prefix, retries });
      await topics.ensure(subscriptionTopics(names, sizes));
      if (stopped) throw new Error('The bus has stopped.');
      const started = startKafkaConsumer({
        kafka,
        subscription: subscription as Subscription,
        topics: names,
        settings: consuming,
        send: (record) => sender.send(record),
        clock,
        logger,
        metrics,
      });
      consumers.push(started);
      await started.started;
    },
    async stop() {
      stopped = true;
      // Consumers first: what their handlers fail at must still find its place.
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await sender.stop();
    },
  };
}
