import { type ConsumerSettings, consumerDefaults as original } from '@tiffin/lib/events/kafka/kafka-settings';

export { producerDefaults, topicDefaults } from '@tiffin/lib/events/kafka/kafka-settings';

/** A killed consumer counts as dead as soon as brokers allow, so that partitions move many times in two minutes. */
export const consumerDefaults: ConsumerSettings = {
  ...original,
  sessionTimeoutMs: 6_000,
  heartbeatIntervalMs: 1_000,
};
