import { type Clock, sleep } from '../../clock/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
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

/**
 * Gives dead letters to their consumer again, as first attempts through its first retry topic, so that no other
 * consumer sees them. Resolves to how many. A group's offsets tell which have been redriven; one of them may go twice.
 * Poison comes back as a dead letter.
 */
export async function redriveDeadLetters(options: RedriveOptions): Promise<number> {
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
  const run = { moved: 0, lastMs: clock.now() };
  const done = new AbortController();
  const reader = kafka.consumer({ groupId: names.redriveGroup, maxWaitTimeInMs: 200 });
  try {
    await reader.connect();
    await reader.subscribe({ topics: [names.dead], fromBeginning: true });
    reader.on(reader.events.GROUP_JOIN, () => {
      run.lastMs = clock.now();
    });
    reader.on(reader.events.CRASH, ({ payload }) => done.abort(payload.error));
    await reader.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      async eachBatch({ batch, resolveOffset, commitOffsetsIfNecessary }) {
        const { partition } = batch;
        const records = batch.messages.slice(0, limit - run.moved);
        const last = records.at(-1);
        if (!last || done.signal.aborted) return;
        const outcomes = await producer.send(records.map((record) => firstAttempt(record, names)));
        const failed = outcomes.find(({ kind }) => kind !== 'sent');
        if (failed) return done.abort(new Error(`Kafka does not take the dead letters: ${failed.kind}.`));
        resolveOffset(last.offset);
        const offset = (BigInt(last.offset) + 1n).toString();
        await commitOffsetsIfNecessary({
          topics: [{ topic: names.dead, partitions: [{ partition, offset }] }],
        });
        run.moved += records.length;
        run.lastMs = clock.now();
      },
    });
    while (run.moved < limit && !done.signal.aborted && clock.now() - run.lastMs < IDLE_MS)
      await sleep(clock, 100, done.signal);
  } finally {
    await reader.disconnect().catch(() => {});
    await producer.stop();
  }
  if (done.signal.aborted) throw done.signal.reason;
  return run.moved;
}

function firstAttempt(record: IncomingRecord, names: SubscriptionTopics): OutgoingRecord {
  const headers = { id: headerOf(record, 'id') ?? '', type: headerOf(record, 'type') ?? '', attempt: '1' };
  return { topic: names.retries[0] ?? names.main, key: record.key, value: record.value, headers };
}
