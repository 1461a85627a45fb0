import type { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { EventBus, SendOutcome } from '../event-bus.ts';
import type { Partitioning } from '../topic.ts';
import { reasonOf } from './after-failure.ts';
import { recordOf, sizeOf } from './event-record.ts';
import type { RecordSender } from './record-sender.ts';
import type { TopicProvisioner } from './topic-provisioner.ts';
import { mainTopic, type TopicSizes } from './topics-to-ensure.ts';

export interface EventSenderOptions {
  readonly sender: Pick<RecordSender, 'send'>;
  readonly topics: Pick<TopicProvisioner, 'ensure'>;
  /** Stands before each topic. */
  readonly prefix: string;
  readonly sizes: TopicSizes;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What a type may look like, so that no event makes a topic of an odd name. */
const TYPE = /^[a-z]+(\.[a-z]+)*\.v[1-9]\d*$/;

/** What Kafka would never take is refused for ever, before it is sent. */
const never = (reason: string): SendOutcome => ({ kind: 'refused', reason, isFinal: true });

/** Sends events as records of their topics, which it makes where they are missing. */
export function createEventSender(options: EventSenderOptions): EventBus['send'] {
  const { sender, topics, prefix, sizes, logger, metrics } = options;
  const sends = metrics.counter({
    name: 'tiffin_kafka_sends_total',
    help: 'Events given to Kafka by what became of them: sent, refused or unavailable.',
    labelNames: ['outcome'],
  });

  /** Undefined when there is a topic for events of `type`, else what that means for them. */
  async function obstacleTo(type: string): Promise<SendOutcome | undefined> {
    if (!TYPE.test(type)) return never('its type is not named like order.paid.v1');
    try {
      await topics.ensure([mainTopic(prefix + type, sizes)]);
      return undefined;
    } catch (error) {
      logger.warn({ topic: prefix + type, err: error }, 'no topic to send to');
      return { kind: 'unavailable', reason: reasonOf(error) };
    }
  }

  function sendOne(event: Event, partitioning?: Partitioning): Promise<SendOutcome> | SendOutcome {
    try {
      const record = recordOf(event, prefix + event.type, partitioning);
      if (sizeOf(record) <= sizes.maxEventBytes) return sender.send(record);
      return never(`larger than ${sizes.maxEventBytes} bytes`);
    } catch (error) {
      return never(`it cannot be encoded: ${reasonOf(error)}`);
    }
  }

  return async (events, partitioning) => {
    const types = [...new Set(events.map(({ type }) => type))];
    const obstacles = new Map(
      await Promise.all(types.map(async (type) => [type, await obstacleTo(type)] as const)),
    );
    const outcomes = await Promise.all(
      events.map((event) => obstacles.get(event.type) ?? sendOne(event, partitioning)),
    );
    for (const { kind } of outcomes) sends.inc({ outcome: kind });
    return outcomes;
  };
}
