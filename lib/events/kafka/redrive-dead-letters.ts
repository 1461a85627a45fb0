import { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { type Clock, sleep } from '../../clock/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { REDRIVE_WITHIN_MS } from '../retention.ts';
import { headerOf, type IncomingRecord, type OutgoingRecord } from './event-record.ts';
import { createKafkaClient, openProducer } from './kafka-client.ts';
import { createKafkaProducer } from './kafka-producer.ts';
import { consumerDefaults, type KafkaSettings, producerDefaults } from './kafka-settings.ts';
import { type SubscriptionTopics, topicsOf } from './topic-names.ts';

export interface RedriveOptions {
  readonly settings: KafkaSettings;
  readonly consumer: string;
  /** The topic's name, without the prefix. */
  readonly topic: string;
  /** Dead letters at most. */
  readonly limit: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Without a record for this long there are none left. */
const IDLE_MS = 5_000;

/** There is no topic of dead letters by these names. */
export class NoDeadLetters extends Error {
  override readonly name = 'NoDeadLetters';
}

export interface Redriven {
  readonly moved: number;
  /** Those whose event is so old that consumers may have forgotten it. */
  readonly expired: number;
}

/**
 * Gives dead letters to their consumer again, as first attempts through its first retry topic, so that no other
 * consumer sees them. What was given, or is too old to be, is deleted from the topic: so the topic itself tells what is
 * left. Who dies in between leaves some that go twice. Poison comes back as a dead letter.
 * @throws NoDeadLetters
 */
export async function redriveDeadLetters(options: RedriveOptions): Promise<Redriven> {
  const { settings, consumer, topic, limit, clock, logger } = options;
  const { retryDelaysMs } = { ...consumerDefaults, ...settings.consumer };
  const names = topicsOf({ consumer, topic }, { prefix: settings.prefix, retries: retryDelaysMs.length });
  const kafka = createKafkaClient(settings, logger);
  const producer = createKafkaProducer({
    open: () => openProducer(kafka),
    settings: { ...producerDefaults, ...settings.producer },
    clock,
    logger,
  });
  const run = { moved: 0, expired: 0, lastMs: clock.now() };
  const done = new AbortController();
  const admin = kafka.admin();
  const reader = kafka.consumer({
    groupId: names.redriveGroup,
    maxWaitTimeInMs: 200,
    allowAutoTopicCreation: false,
  });
  const isOld = (record: IncomingRecord) => occurredMsOf(record) <= clock.now() - REDRIVE_WITHIN_MS;
  try {
    await admin.connect();
    if (!(await admin.listTopics()).includes(names.dead)) throw new NoDeadLetters(names.dead);
    // kafkajs deletes nothing of a topic that it has not looked at before.
    await admin.fetchTopicOffsets(names.dead);
    await reader.connect();
    await reader.subscribe({ topics: [names.dead], fromBeginning: true });
    reader.on(reader.events.GROUP_JOIN, () => {
      run.lastMs = clock.now();
    });
    reader.on(reader.events.CRASH, ({ payload }) => done.abort(payload.error));
    await reader.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      async eachBatch({ batch, resolveOffset }) {
        const { partition } = batch;
        const records = batch.messages.slice(0, limit - run.moved - run.expired);
        const last = records.at(-1);
        if (!last || done.signal.aborted) return;
        const young = records.filter((record) => !isOld(record));
        const outcomes = await producer.send(young.map((record) => firstAttempt(record, names)));
        const failed = outcomes.find(({ kind }) => kind !== 'sent');
        if (failed) return done.abort(new Error(`Kafka does not take the dead letters: ${failed.kind}.`));
        const offset = (BigInt(last.offset) + 1n).toString();
        await admin.deleteTopicRecords({ topic: names.dead, partitions: [{ partition, offset }] });
        resolveOffset(last.offset);
        run.moved += young.length;
        run.expired += records.length - young.length;
        run.lastMs = clock.now();
      },
    });
    while (run.moved + run.expired < limit && !done.signal.aborted && clock.now() - run.lastMs < IDLE_MS)
      await sleep(clock, 100, done.signal);
  } finally {
    await reader.disconnect().catch(() => {});
    await admin.disconnect().catch(() => {});
    await producer.stop();
  }
  if (done.signal.aborted) throw done.signal.reason;
  return { moved: run.moved, expired: run.expired };
}

/** Of what is no event nobody can tell, and nobody can apply it twice. */
function occurredMsOf({ value }: IncomingRecord): number {
  try {
    return (value && Event.decode(value).occurredAt?.getTime()) ?? Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function firstAttempt(record: IncomingRecord, names: SubscriptionTopics): OutgoingRecord {
  const headers = { id: headerOf(record, 'id') ?? '', type: headerOf(record, 'type') ?? '', attempt: '1' };
  return { topic: names.retries[0] ?? names.main, key: record.key, value: record.value, headers };
}
