import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Consumer, ConsumerConfig, ConsumerRunConfig, EachBatchPayload } from 'kafkajs';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import type { EventHandler } from '../event-bus.ts';
import { recordOf } from './event-record.ts';
import { type KafkaConsumerOptions, startKafkaConsumer } from './kafka-consumer.ts';
import { consumerDefaults } from './kafka-settings.ts';
import { probeEvent, probeTopic } from './testing/kafka-test-bed.ts';
import { topicsOf } from './topic-names.ts';

const topics = topicsOf({ consumer: 'probe.reader', topic: probeTopic.name }, { retries: 1 });
const [retry = ''] = topics.retries;

/** A consumer whose broker is the test: it gives batches, and says that there is a new generation. */
async function setUp(
  t: TestContext,
  handle: EventHandler<unknown>,
  changes: Partial<KafkaConsumerOptions> = {},
) {
  const clock = new VirtualClock();
  const lives: {
    config: ConsumerConfig;
    run?: ConsumerRunConfig;
    emit: Record<string, (event: unknown) => void>;
  }[] = [];
  const commits: string[] = [];
  const kafka = {
    consumer(config: ConsumerConfig) {
      const life: (typeof lives)[number] = { config, emit: {} };
      lives.push(life);
      return {
        events: { CRASH: 'crash', GROUP_JOIN: 'join' },
        on: (name: string, listener: (event: unknown) => void) => {
          life.emit[name] = listener;
        },
        async connect() {},
        async subscribe() {},
        async run(run: ConsumerRunConfig) {
          life.run = run;
        },
        async disconnect() {},
      } as unknown as Consumer;
    },
  };
  const consumer = startKafkaConsumer({
    kafka,
    subscription: { consumer: 'probe.reader', topic: probeTopic, handle },
    topics,
    settings: { ...consumerDefaults, retryDelaysMs: [2_000] },
    ensureTopics: async () => {},
    send: () => assert.fail('nothing is put aside'),
    clock,
    logger: silentLogger,
    metrics: createMetrics(),
    ...changes,
  });
  t.after(async () => {
    const stopped = consumer.stop();
    await clock.advance(60_000);
    await stopped;
  });
  await consumer.started;
  const life = () => lives.at(-1) ?? assert.fail();
  return {
    clock,
    commits,
    lives,
    life,
    /** Gives a batch of one record; `pauses` says of each pause whether it is over. */
    give(topic: string, headers: Record<string, string> = {}) {
      const record = recordOf(probeEvent('a'), topic);
      const pauses: boolean[] = [];
      const ended = life().run?.eachBatch?.({
        batch: {
          topic,
          partition: 0,
          highWatermark: '8',
          messages: [{ ...record, offset: '7', headers: { ...record.headers, ...headers } }],
        },
        resolveOffset() {},
        async commitOffsetsIfNecessary(offsets: { topics: { partitions: { offset: string }[] }[] }) {
          commits.push(offsets.topics[0]?.partitions[0]?.offset ?? '');
        },
        async heartbeat() {},
        pause() {
          const index = pauses.push(false) - 1;
          return () => {
            pauses[index] = true;
          };
        },
      } as unknown as EachBatchPayload);
      return { ended, pauses };
    },
  };
}

test('topics that are missing are not made by the broker, which would make them with too little', async (t) => {
  const { life } = await setUp(t, async () => {});
  assert.equal(life().config.allowAutoTopicCreation, false);
});

test('what is handled is committed', async (t) => {
  const { give, commits } = await setUp(t, async () => {});
  await give(topics.main).ended;
  assert.deepEqual(commits, ['8']);
});

test('with a new generation handlers must let go, and nothing of the old one is committed', async (t) => {
  const gate = Promise.withResolvers<void>();
  let signal: AbortSignal | undefined;
  const { give, life, commits, clock } = await setUp(t, (delivery) => {
    signal = delivery.signal;
    return gate.promise;
  });
  const { ended } = give(topics.main);
  await clock.advance(0);
  assert.equal(signal?.aborted, false);
  life().emit['join']?.({});
  assert.equal(signal?.aborted, true);
  gate.resolve();
  await ended;
  assert.deepEqual(commits, []);
});

test('a retry waits for its time: its partition rests', async (t) => {
  let handled = 0;
  const { give, clock, commits } = await setUp(t, async () => void handled++);
  const later = { 'not-before': String(clock.now() + 2_000) };
  const first = give(retry, later);
  await first.ended;
  await clock.advance(1_999);
  assert.deepEqual([handled, first.pauses, commits], [0, [false], []]);
  await clock.advance(1);
  assert.deepEqual(first.pauses, [true]);
  await give(retry, later).ended;
  assert.deepEqual([handled, commits], [1, ['8']]);
});

test('after a crash its topics are looked at anew, and it goes on, also when that fails at first', async (t) => {
  let looks = 0;
  const ensureTopics = async () => {
    if (++looks === 1) throw new Error('the broker is away');
  };
  const { lives, life, clock } = await setUp(t, async () => {}, { ensureTopics });
  assert.equal(looks, 0);
  life().emit['crash']?.({ payload: { error: new Error('no such topic') } });
  await clock.advance(0);
  await clock.advance(2 * consumerDefaults.restartDelayMs);
  assert.deepEqual([looks, lives.length], [2, 2]);
});
