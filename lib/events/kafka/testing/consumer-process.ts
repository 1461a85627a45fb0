import { Kafka, logLevel } from 'kafkajs';
import { systemClock } from '../../../clock/clock.ts';
import { openDatabase } from '../../../engines/database.ts';
import { createBatcher } from '../../batcher.ts';
import { createInbox } from '../../inbox.ts';
import { busForTests, probeTopic, settingsForTests } from './kafka-test-bed.ts';

/** A consumer in a process of its own, so that it can die as processes do. Tests start it with these, as JSON. */
export interface ConsumerProcessOptions {
  readonly brokers: readonly string[];
  readonly prefix: string;
  readonly databaseUrl: string;
  /**
   * `once`: a transaction of `Inbox.once` for each event. `together`: the same rows for many events in one statement.
   * `unguarded`: together, without the inbox. `commit first`: the offset before the effect, which is what a consumer
   * that commits by itself does.
   */
  readonly effects: 'once' | 'together' | 'unguarded' | 'commit first';
  /** Dies by SIGKILL when it has had so many effects, between effect and commit; 0 means never. */
  readonly diesAfter: number;
}

export const PROBE_CONSUMER = 'probe.reader';
export const PROBE_SCHEMA = 'probe';

/** Effects have no unique key: what is done twice stands there twice. */
export const probeTables = [
  'create table probe.effect (event_id text not null)',
  'create table probe.seen_again (events int not null)',
];

const withInbox = `
  with given as (select jsonb_array_elements_text(?::jsonb) as id),
    unseen as (
      insert into probe.inbox (consumer, event_id, seen_at) select '${PROBE_CONSUMER}', id, now() from given
      on conflict do nothing returning event_id
    ),
    again as (
      insert into probe.seen_again select (select count(*) from given) - (select count(*) from unseen)
    )
  insert into probe.effect select event_id from unseen`;
const withoutInbox = 'insert into probe.effect select jsonb_array_elements_text(?::jsonb)';

const [, , json] = process.argv;
if (json && process.argv[1] === import.meta.filename) await run(JSON.parse(json) as ConsumerProcessOptions);

async function run(options: ConsumerProcessOptions): Promise<void> {
  const database = await openDatabase({
    schema: PROBE_SCHEMA,
    entities: [],
    migrations: [],
    url: options.databaseUrl,
    poolSize: 4,
    statementTimeoutMs: 20_000,
    connectTimeoutMs: 20_000,
  });
  let effects = 0;
  const dieWhenDue = () => {
    if (options.diesAfter > 0 && effects >= options.diesAfter) process.kill(process.pid, 'SIGKILL');
  };
  const write = async (ids: readonly string[]) => {
    await database.query(options.effects === 'together' ? withInbox : withoutInbox, [JSON.stringify(ids)]);
    effects += ids.length;
    // It is in SQL, and Kafka does not know yet.
    if (options.effects !== 'commit first') dieWhenDue();
    return ids;
  };
  const stop = options.effects === 'commit first' ? await commitFirst() : await consume();
  process.send?.('consuming');
  process.once('message', async () => {
    await stop();
    await database.close();
    process.disconnect();
  });
  // Without a parent there is nobody to stop it.
  process.once('disconnect', () => process.exit());

  async function consume() {
    const consumer = { maxConcurrentHandlers: options.effects === 'once' ? 16 : 500 };
    const bus = busForTests(settingsForTests(options.brokers, options.prefix, { consumer }));
    const inbox = createInbox({ database, clock: systemClock });
    const writer = createBatcher<string, string>({
      clock: systemClock,
      send: write,
      bytesOf: (id) => id.length,
      maxItems: 250,
    });
    const once = async (id: string) => {
      const isNew = await inbox.once(
        PROBE_CONSUMER,
        id,
        async (em) => void (await em.execute('insert into probe.effect values (?)', [id])),
      );
      if (!isNew) await database.query('insert into probe.seen_again values (1)');
      effects++;
      dieWhenDue();
    };
    await bus.subscribe({
      consumer: PROBE_CONSUMER,
      topic: probeTopic,
      async handle({ event }) {
        if (options.effects === 'once') await once(event.id);
        else await writer.add(event.id);
      },
    });
    return async () => {
      await bus.stop();
      await writer.stop();
    };
  }

  async function commitFirst() {
    const kafka = new Kafka({ brokers: [...options.brokers], logLevel: logLevel.NOTHING });
    const groupId = `${options.prefix}commit-first`;
    const sizes = { maxBytesPerPartition: 20_000, maxWaitTimeInMs: 200 };
    const consumer = kafka.consumer({ groupId, sessionTimeout: 6_000, heartbeatInterval: 500, ...sizes });
    await consumer.connect();
    await consumer.subscribe({ topics: [options.prefix + probeTopic.name], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      async eachBatch({ batch, commitOffsetsIfNecessary, heartbeat }) {
        const { topic, partition } = batch;
        const offset = String(BigInt(batch.lastOffset()) + 1n);
        await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
        dieWhenDue();
        await write(batch.messages.map(({ headers }) => String(headers?.['id'])));
        await heartbeat();
      },
    });
    return () => consumer.disconnect();
  }
}
