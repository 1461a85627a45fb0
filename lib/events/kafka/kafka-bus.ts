import type { Clock } from '../../clock/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { EventBus, Subscription } from '../event-bus.ts';
import { createEventSender } from './event-sender.ts';
import { createKafkaClient } from './kafka-client.ts';
import { type KafkaConsumer, startKafkaConsumer } from './kafka-consumer.ts';
import { consumerDefaults, type KafkaSettings, producerDefaults, topicDefaults } from './kafka-settings.ts';
import { createRecordSender } from './record-sender.ts';
import { topicsOf } from './topic-names.ts';
import { createTopicProvisioner } from './topic-provisioner.ts';
import { subscriptionTopics } from './topics-to-ensure.ts';

export interface KafkaBusOptions {
  readonly settings: KafkaSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

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
  const sender = createRecordSender({ kafka, topics, settings: producing, clock, logger });
  const consumers: KafkaConsumer[] = [];
  let stopped = false;
  const send = createEventSender({ sender, topics, prefix, sizes, logger, metrics });

  return {
    async send(events, partitioning) {
      if (stopped) return events.map(() => ({ kind: 'unavailable', reason: 'the bus has stopped' }));
      return send(events, partitioning);
    },
    async subscribe(subscription) {
      const { consumer, topic } = subscription;
      const retries = consuming.retryDelaysMs.length;
      const names = topicsOf({ consumer, topic: topic.name }, { prefix, retries });
      const wanted = subscriptionTopics(names, sizes);
      await topics.ensure(wanted);
      if (stopped) throw new Error('The bus has stopped.');
      const started = startKafkaConsumer({
        kafka,
        subscription: subscription as Subscription,
        topics: names,
        settings: consuming,
        async ensureTopics() {
          for (const { name } of wanted) topics.forget(name);
          await topics.ensure(wanted);
        },
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
