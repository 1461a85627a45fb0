import type { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import type { Topic, TopicClass } from './topic.ts';

/** What a service tells about one change of one thing of its own. */
export interface NewEvent<Payload, Class extends TopicClass = TopicClass> {
  readonly topic: Topic<Payload, Class>;
  /** What it happened to: an order's id. */
  readonly aggregateId: string;
  /** Rises with every change; 0 where the aggregate has none. */
  readonly aggregateVersion: number;
  readonly payload: Payload;
}

/** What the process adds to an event. */
export interface EventOrigin {
  readonly id: string;
  readonly occurredAt: Date;
  /** Empty where the cause was not traced. */
  readonly traceparent: string;
}

/** Half of what Kafka takes by default, so that no broker refuses what an outbox took. */
export const MAX_PAYLOAD_BYTES = 512 * 1024;
/** More than any id has; an event carries it twice, as its key too. */
export const MAX_AGGREGATE_ID_BYTES = 1024;
/** An event as it is sent: beside the payload there is room for two such ids and what else tells where it comes from. */
export const MAX_EVENT_BYTES = MAX_PAYLOAD_BYTES + 16 * 1024;

/**
 * @throws RangeError for a payload above `MAX_PAYLOAD_BYTES`, an aggregate's id above `MAX_AGGREGATE_ID_BYTES`, or a
 *   version that is no whole number from 0 up.
 */
export function encodeEvent<Payload>(
  { topic, aggregateId, aggregateVersion, payload }: NewEvent<Payload>,
  origin: EventOrigin,
): Event {
  if (!Number.isSafeInteger(aggregateVersion) || aggregateVersion < 0) {
    throw new RangeError(`An event of ${topic.name} has no whole number as its aggregate's version.`);
  }
  if (Buffer.byteLength(aggregateId) > MAX_AGGREGATE_ID_BYTES) {
    throw new RangeError(
      `An event of ${topic.name} has an aggregate's id above ${MAX_AGGREGATE_ID_BYTES} bytes.`,
    );
  }
  const bytes = Buffer.from(topic.codec.encode(payload).finish());
  if (bytes.length > MAX_PAYLOAD_BYTES) {
    throw new RangeError(
      `An event of ${topic.name} has ${bytes.length} bytes of payload; ${MAX_PAYLOAD_BYTES} are the limit.`,
    );
  }
  return { ...origin, type: topic.name, aggregateId, aggregateVersion, payload: bytes };
}
