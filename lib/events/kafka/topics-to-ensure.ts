import type { SubscriptionTopics } from './topic-names.ts';
import type { TopicToEnsure } from './topic-provisioner.ts';

export interface TopicSizes {
  readonly maxEventBytes: number;
  readonly deadLetterRetentionMs: number;
}

/** Beside the event a dead letter carries a reason, and must fit all the same. */
const HEADER_BYTES = 64 * 1_024;

const limit = (bytes: number) => ({ 'max.message.bytes': String(bytes) });

/** What a topic is made with where it is missing. */
export const mainTopic = (name: string, { maxEventBytes }: TopicSizes): TopicToEnsure => ({
  name,
  config: limit(maxEventBytes + HEADER_BYTES),
});

/** All topics of a subscription. What is put aside may be larger, by the headers that it gains on its way. */
export function subscriptionTopics(names: SubscriptionTopics, sizes: TopicSizes): TopicToEnsure[] {
  const aside = limit(sizes.maxEventBytes + 2 * HEADER_BYTES);
  return [
    mainTopic(names.main, sizes),
    ...names.retries.map((name) => ({ name, config: aside })),
    { name: names.dead, config: { ...aside, 'retention.ms': String(sizes.deadLetterRetentionMs) } },
  ];
}
