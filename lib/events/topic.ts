import type { MessageCodec } from './message-codec.ts';

/**
 * What may become of a topic's events. `durable` ones are in the transaction of what they tell and are delivered at
 * least once; `lossy` ones are sent as they happen and may be lost with the process or the broker.
 */
export type TopicClass = 'durable' | 'lossy';

/** A kind of event. Its name ends in its version: `order.paid.v1`. */
export interface Topic<Payload, Class extends TopicClass = TopicClass> {
  readonly name: string;
  readonly class: Class;
  /** How the payload is encoded; generated from the proto message. */
  readonly codec: MessageCodec<Payload>;
}

export type DurableTopic<Payload> = Topic<Payload, 'durable'>;
export type LossyTopic<Payload> = Topic<Payload, 'lossy'>;

/** @throws Error where the name is not like `order.paid.v1`. */
export function defineTopic<Payload, Class extends TopicClass>(
  topic: Topic<Payload, Class>,
): Topic<Payload, Class> {
  if (!/^[a-z]+(\.[a-z]+)*\.v[1-9]\d*$/.test(topic.name)) {
    throw new Error(`The topic "${topic.name}" is not named like order.paid.v1.`);
  }
  return topic;
}
