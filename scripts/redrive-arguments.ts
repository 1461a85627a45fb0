import { parseArgs } from 'node:util';

/** Dead letters of one consumer, on Kafka. */
export interface KafkaRedrive {
  readonly from: 'kafka';
  readonly consumer: string;
  readonly topic: string;
  readonly limit: number;
}

/** Dead letters in the outbox of one service: events that could not be sent, or that no handler in its process took. */
export interface OutboxRedrive {
  readonly from: 'outbox';
  readonly service: string;
  readonly action: 'redrive' | 'list' | 'discard';
  readonly topic: string | undefined;
  /** Undefined means all. */
  readonly eventIds: readonly string[] | undefined;
  readonly limit: number;
}

/** Says what is wrong with the arguments, and what is right. */
export class BadArguments extends Error {
  override readonly name = 'BadArguments';

  constructor(sentence: string) {
    super(`${sentence} Usage:\n${usage}`);
  }
}

const usage = `  npm run redrive -- --consumer search.index --topic shop.changed.v1 [--limit 100]
    gives dead letters on Kafka to their consumer again, and deletes them there, as it does those whose event is more
    than 30 days old; KAFKA_BROKERS is set
  npm run redrive -- --outbox order [--topic order.paid.v1] [--event ID …] [--limit 100] [--list | --discard]
    sends dead letters of a service's outbox again, lists them, or deletes them for ever; DATABASE_URL is set`;

const options = {
  consumer: { type: 'string' },
  outbox: { type: 'string' },
  topic: { type: 'string' },
  event: { type: 'string', multiple: true },
  limit: { type: 'string', default: '100' },
  list: { type: 'boolean', default: false },
  discard: { type: 'boolean', default: false },
} as const;

/** @throws BadArguments */
export function readRedriveArguments(args: readonly string[]): KafkaRedrive | OutboxRedrive {
  const { consumer, outbox, topic, event, limit, list, discard } = parse(args);
  if (!/^[1-9]\d{0,5}$/.test(limit)) {
    throw new BadArguments(`--limit ${limit} is no whole number from 1 to 999999.`);
  }
  if (outbox === undefined) {
    if (list || discard || event) throw new BadArguments('--list, --discard and --event go with --outbox.');
    if (!consumer || !topic) throw new BadArguments('Which consumer and which topic, or which --outbox?');
    return { from: 'kafka', consumer, topic, limit: Number(limit) };
  }
  if (consumer !== undefined) throw new BadArguments('An outbox has no consumers: leave --consumer out.');
  if (list && discard) throw new BadArguments('Either --list or --discard.');
  if (discard && !topic && !event) {
    throw new BadArguments('What is discarded is gone for ever: say which, with --topic or --event.');
  }
  const action = list ? 'list' : discard ? 'discard' : 'redrive';
  return { from: 'outbox', service: outbox, action, topic, eventIds: event, limit: Number(limit) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new BadArguments((error as Error).message);
  }
}
