import { MAX_TOPIC_RETENTION_MS, TOPIC_RETENTION_MS } from '../retention.ts';
import type { SubscriptionTopics } from './topic-names.ts';
import type { TopicToEnsure } from './topic-provisioner.ts';

export interface TopicSizes {
  readonly maxEventBytes: number;
  readonly deadLetterRetentionMs: number;
}

/** Beside the event a dead letter carries a reason, and must fit all the same. */
const HEADER_BYTES = 64 * 1_024;

const retention = { retentionMs: TOPIC_RETENTION_MS, maxRetentionMs: MAX_TOPIC_RETENTION_MS };

export const mainTopic = (name: string, { maxEventBytes }: TopicSizes): TopicToEnsure => ({
  name,
  maxMessageBytes: maxEventBytes + HEADER_BYTES,
  ...retention,
});

/** All topics of a subscription. What is put aside may be larger, by the headers that it gains on its way. */
export function subscriptionTopics(names: SubscriptionTopics, sizes: TopicSizes): TopicToEnsure[] {
  const maxMessageBytes = sizes.maxEventBytes + 2 * HEADER_BYTES;
  // Dead letters may stay for ever: how old one may be to be redriven is seen from its event.
  const kept = { retentionMs: sizes.deadLetterRetentionMs, maxRetentionMs: Number.POSITIVE_INFINITY };
  return [
    mainTopic(names.main, sizes),
    ...names.retries.map((name) => ({ name, maxMessageBytes, ...retention })),
    { name: names.dead, maxMessageBytes, ...kept },
  ];
}
