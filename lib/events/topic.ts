import type { MessageCodec } from './message-codec.ts';

/**
 * What may become of a topic's events. `durable` ones are in the transaction of what they tell and are delivered at
 * least once; `lossy` ones are sent as they happen and may be lost with the process or the broker.
 */
export type TopicClass = 'durable' | 'lossy';

/**
 * How events are spread over the partitions of their topic. `hash`: by a hash of their aggregate's id. `modulo`: the id,
 * a decimal number, mod the number of partitions, so that everybody knows which partition is whose; events without such
 * an id go round. The order of one aggregate's events holds either way.
 */
export type Partitioning = 'hash' | 'modulo';

/** A kind of event. Its name ends in its version: `order.paid.v1`. */
export interface Topic<Payload, Class extends TopicClass = TopicClass> {
  readonly name: string;
  readonly class: Class;
  /** How the payload is encoded; generated from the proto message. */
  readonly codec: MessageCodec<Payload>;
  /** Default `hash`. An outbox knows no other one. */
  readonly partitioning?: Class extends 'lossy' ? Partitioning : 'hash';
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
