import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { systemClock } from '../../clock/clock.ts';
import { realKafkaBrokers, uniquePrefix } from '../../testing/real-kafka.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import type { Delivery, EventBus, EventHandler } from '../event-bus.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { redriveDeadLetters } from './redrive-dead-letters.ts';
import { busForTests, probeEvent, probeTopic, settingsForTests } from './testing/kafka-test-bed.ts';
import { readTopic } from './testing/read-topic.ts';

const brokers = realKafkaBrokers();
const WAIT_MS = 20_000;

function setUp(t: TestContext, changes: Partial<KafkaSettings> = {}) {
  const prefix = uniquePrefix();
  const settings = settingsForTests(brokers, prefix, changes);
  const bus = busForTests(settings);
  t.after(() => bus.stop());
  return { prefix, settings, bus };
}

/** Subscribes, and notes what comes; `handle` runs after that. */
async function listen(bus: EventBus, handle: EventHandler<unknown> = async () => {}) {
  const seen: Delivery<unknown>[] = [];
  await bus.subscribe({
    consumer: 'probe.reader',
    topic: probeTopic,
    async handle(delivery) {
      seen.push(delivery);
      await handle(delivery);
    },
  });
  return seen;
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const deadlineMs = Date.now() + WAIT_MS; !condition(); await delay(20))
    assert(Date.now() < deadlineMs, `${what} within ${WAIT_MS} ms`);
}

async function connect(t: TestContext) {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  t.after(() => Promise.all([admin.disconnect(), producer.disconnect()]));
  return { admin, producer };
}

const ids = (seen: readonly Delivery<unknown>[]) => seen.map(({ event }) => event.id);

test('events of one aggregate arrive in the order in which they were sent', async (t) => {
  const { bus } = setUp(t);
  const seen = await listen(bus, () => delay(Math.random() * 3));
  const events = Array.from({ length: 60 }, (_, index) => probeEvent(`a${index % 4}`));
  assert((await bus.send(events)).every(({ kind }) => kind === 'sent'));
  await until(() => seen.length >= events.length, 'all events');
  for (const aggregate of ['a0', 'a1', 'a2', 'a3']) {
    const of = (list: readonly { aggregateId: string; id: string }[]) =>
      list.filter(({ aggregateId }) => aggregateId === aggregate).map(({ id }) => id);
    assert.deepEqual(of(seen.map(({ event }) => event)), of(events));
  }
});

test('an event that is too large is refused alone, also where only the broker knows', async (t) => {
  const { bus, prefix } = setUp(t, { topics: { partitions: 1 } });
  const large = (bytes: number) => probeEvent('a', { payload: Buffer.alloc(bytes, 1) });
  const [fine, tooLarge] = await bus.send([probeEvent('a'), large(600_000)]);
  assert.deepEqual([fine, tooLarge?.kind], [{ kind: 'sent' }, 'refused']);

  const { admin } = await connect(t);
  const entry = { name: 'max.message.bytes', value: '20000' };
  const topic = { type: 2, name: `${prefix}${probeTopic.name}`, configEntries: [entry] };
  await admin.alterConfigs({ validateOnly: false, resources: [topic] });
  const sizes = [100, 30_000, 100, 100, 30_000, 100];
  const outcomes = await bus.send(sizes.map(large));
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    sizes.map((size) => (size > 20_000 ? 'refused' : 'sent')),
  );
  const lying = await readTopic(brokers, `${prefix}${probeTopic.name}`);
  assert.equal(
    new Set(lying.map(({ headers }) => headers['id'])).size,
    5,
    'what was acknowledged lies there',
  );
});

test('an event that fails comes again later, and is a dead letter after the last attempt', async (t) => {
  const { bus, prefix } = setUp(t);
  const seen = await listen(bus, async ({ event }) => {
    if (event.aggregateId === 'bad') throw new Error('out of flour');
  });
  await bus.send([probeEvent('bad', { id: 'bad-1' }), probeEvent('good', { id: 'good-1' })]);
  await until(() => ids(seen).filter((id) => id === 'bad-1').length === 3, 'three attempts');
  const attempts = seen.filter(({ event }) => event.id === 'bad-1').map(({ attempt }) => attempt);
  assert.deepEqual(attempts, [1, 2, 3]);
  await delay(500);
  const [dead, ...others] = await readTopic(brokers, `${prefix}${probeTopic.name}.probe.reader.dead`);
  assert.equal(others.length, 0);
  assert.equal(dead?.headers['reason'], 'Error: out of flour');
  assert.equal(dead?.headers['id'], 'bad-1');
  assert.equal(ids(seen).filter((id) => id === 'good-1').length, 1);
});

test('bytes that are no event become a dead letter at once, and hold up nobody', async (t) => {
  const { bus, prefix } = setUp(t);
  const seen = await listen(bus);
  const { producer } = await connect(t);
  const messages = [
    { key: 'a', value: Buffer.from([0xff, 0xff, 0xff]) },
    { key: 'a', value: null },
  ];
  await producer.send({ topic: `${prefix}${probeTopic.name}`, messages });
  await bus.send([probeEvent('a', { id: 'after' })]);
  await until(() => seen.length > 0, 'the event behind');
  assert.deepEqual(ids(seen), ['after']);
  const dead = await readTopic(brokers, `${prefix}${probeTopic.name}.probe.reader.dead`);
  assert.equal(dead.length, 2);
  assert(dead.every(({ headers }) => headers['reason']?.startsWith('Poison: ')));
  assert.deepEqual(
    dead.map(({ value }) => value?.toString('hex')),
    ['ffffff', undefined],
  );
});

test('dead letters are redriven to their consumer, each once', async (t) => {
  const { bus, settings } = setUp(t, { consumer: { retryDelaysMs: [50] } });
  let isBroken = true;
  const seen = await listen(bus, async () => {
    if (isBroken) throw new Error('broken');
  });
  const others: string[] = [];
  await bus.subscribe({
    consumer: 'probe.other',
    topic: probeTopic,
    handle: async ({ event }) => void others.push(event.id),
  });
  await bus.send([
    probeEvent('a', { id: 'd1' }),
    probeEvent('b', { id: 'd2' }),
    probeEvent('c', { id: 'd3' }),
  ]);
  await until(() => seen.length === 6, 'all attempts');
  await delay(500);
  isBroken = false;
  seen.length = 0;
  const redrive = (limit: number) => {
    const options = { settings, consumer: 'probe.reader', topic: probeTopic.name, limit };
    return redriveDeadLetters({ ...options, clock: systemClock, logger: silentLogger });
  };
  assert.equal(await redrive(2), 2);
  assert.equal(await redrive(10), 1);
  await until(() => seen.length === 3, 'the redriven events');
  assert.deepEqual(ids(seen).sort(), ['d1', 'd2', 'd3']);
  assert.deepEqual(others.sort(), ['d1', 'd2', 'd3'], 'the other consumer saw them once');
});

test('a topic that is weaker than the settings ask for is refused with a sentence', async (t) => {
  const { bus, prefix } = setUp(t);
  const { admin } = await connect(t);
  const configEntries = [{ name: 'unclean.leader.election.enable', value: 'true' }];
  const topic = { topic: `${prefix}${probeTopic.name}`, replicationFactor: 1, configEntries };
  await admin.createTopics({ topics: [topic], waitForLeaders: true });
  await assert.rejects(listen(bus), /^WeakTopic: The topic .* allows a leader that lacks events\. Set its/);
  const [outcome] = await bus.send([probeEvent('a')]);
  assert.equal(outcome?.kind, 'unavailable');
});

test('settings that the cluster cannot satisfy are refused with a sentence', async (t) => {
  const { bus } = setUp(t, { topics: { replicationFactor: 3 } });
  await assert.rejects(listen(bus), /Kafka did not make the topic .*: INVALID_REPLICATION_FACTOR\./);
});

test('stop lets the handler under way end and commits what it did', async (t) => {
  const { bus, settings } = setUp(t);
  const gate = Promise.withResolvers<void>();
  const seen = await listen(bus, () => gate.promise);
  await bus.send([probeEvent('a', { id: 'slow' })]);
  await until(() => seen.length === 1, 'the event');
  const stopped = bus.stop();
  await delay(100);
  assert(seen[0]?.signal.aborted, 'the handler is told');
  gate.resolve();
  await stopped;
  const next = busForTests(settings);
  t.after(() => next.stop());
  const again = await listen(next);
  await next.send([probeEvent('a', { id: 'new' })]);
  await until(() => again.length > 0, 'the new event');
  assert.deepEqual(ids(again), ['new']);
});
