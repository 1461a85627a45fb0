import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { systemClock } from '../../clock/clock.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { realKafkaBrokers, uniquePrefix } from '../../testing/real-kafka.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import type { Delivery, EventBus, EventHandler } from '../event-bus.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { NoDeadLetters, redriveDeadLetters } from './redrive-dead-letters.ts';
import { busForTests, probeEvent, probeTopic, settingsForTests } from './testing/kafka-test-bed.ts';
import { readTopic } from './testing/read-topic.ts';

const brokers = realKafkaBrokers();
const WAIT_MS = 20_000;

function setUp(t: TestContext, changes: Partial<KafkaSettings> = {}) {
  const prefix = uniquePrefix();
  const settings = settingsForTests(brokers, prefix, changes);
  const metrics = createMetrics();
  const bus = busForTests(settings, metrics);
  t.after(() => bus.stop());
  return { prefix, settings, metrics, bus };
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

async function until(condition: () => boolean, what: string, waitMs = WAIT_MS): Promise<void> {
  for (const deadlineMs = Date.now() + waitMs; !condition(); await delay(20))
    assert(Date.now() < deadlineMs, `${what} within ${waitMs} ms`);
}

async function connect(t: TestContext) {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  t.after(() => Promise.all([admin.disconnect(), producer.disconnect()]));
  return { admin, producer };
}

/** From then on the broker refuses larger ones. It takes a moment to heed that. */
async function limitTopic(admin: Admin, name: string, maxBytes: string): Promise<void> {
  const configEntries = [{ name: 'max.message.bytes', value: maxBytes }];
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name, configEntries }] });
}

/** A payload of `probeTopic`, about so large. */
const probePayload = (bytes: number) =>
  Buffer.from(Event.encode(Event.fromPartial({ id: 'x'.repeat(bytes) })).finish());

const kindsOf = (outcomes: readonly { kind: string }[]) => outcomes.map(({ kind }) => kind);
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
  await limitTopic(admin, `${prefix}${probeTopic.name}`, '20000');
  // The broker takes a moment to heed it.
  const heeds = async () => (await bus.send([large(30_000)]))[0]?.kind === 'refused';
  for (const deadlineMs = Date.now() + WAIT_MS; !(await heeds()); await delay(20))
    assert(Date.now() < deadlineMs, 'the broker goes on to take large events');
  const sizes = [100, 30_000, 100, 100, 30_000, 100];
  const batch = sizes.map(large);
  const outcomes = await bus.send(batch);
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    sizes.map((size) => (size > 20_000 ? 'refused' : 'sent')),
  );
  const lying = await readTopic(brokers, `${prefix}${probeTopic.name}`);
  const lyingIds = new Set(lying.map(({ headers }) => headers['id']));
  assert.deepEqual(
    batch.map(({ id }) => lyingIds.has(id)),
    sizes.map((size) => size <= 20_000),
    'what was acknowledged lies there, and nothing else',
  );
});

test('an event that a broker refuses has the others of its batch written twice at most, on however many partitions', async (t) => {
  const { bus, prefix } = setUp(t, { topics: { partitions: 6 } });
  const { admin } = await connect(t);
  await bus.send([probeEvent('first')]);
  await limitTopic(admin, `${prefix}${probeTopic.name}`, '20000');
  const large = () => probeEvent('large', { payload: Buffer.alloc(30_000, 1) });
  for (
    const deadlineMs = Date.now() + WAIT_MS;
    (await bus.send([large()]))[0]?.kind !== 'refused';
    await delay(20)
  )
    assert(Date.now() < deadlineMs, 'the broker goes on to take large events');
  const batch = Array.from({ length: 99 }, (_, n) => probeEvent(`a${n}`));
  const outcomes = await bus.send([...batch, large()]);
  assert.equal(outcomes.filter(({ kind }) => kind === 'sent').length, batch.length);
  const lying = await readTopic(brokers, `${prefix}${probeTopic.name}`);
  for (const { id } of batch) {
    const copies = lying.filter(({ headers }) => headers['id'] === id).length;
    assert(copies === 1 || copies === 2, `${copies} copies of ${id}`);
  }
});

test('a topic that is deleted while the process runs harms no other, and is made again', async (t) => {
  const { bus, prefix } = setUp(t);
  const seen = await listen(bus);
  const other = (id: string) => probeEvent('o', { id, type: 'probe.other.v1' });
  const { admin } = await connect(t);
  assert.deepEqual(kindsOf(await bus.send([probeEvent('a'), other('o1')])), ['sent', 'sent']);
  const names = (await admin.listTopics()).filter((name) => name.startsWith(`${prefix}${probeTopic.name}`));
  await admin.deleteTopics({ topics: names });
  let others = 0;
  const sendBoth = async () => {
    const [outcome, own] = await bus.send([probeEvent('a', { id: 'again' }), other(`o${others++}`)]);
    assert.equal(own?.kind, 'sent', 'the other topic is as it was');
    return outcome?.kind === 'sent';
  };
  for (const deadlineMs = Date.now() + WAIT_MS; !(await sendBoth()); await delay(20))
    assert(Date.now() < deadlineMs, 'the topic was never made again');
  await until(() => ids(seen).includes('again'), 'the event of the new topic', 60_000);
});

test('a dead letter that the broker does not take lies there without its bytes, and holds up nobody', async (t) => {
  const { bus, prefix } = setUp(t, { topics: { partitions: 1 }, consumer: { retryDelaysMs: [] } });
  const seen = await listen(bus, async ({ event }) => {
    if (event.id === 'large') throw new Error('out of flour');
  });
  const dead = `${prefix}${probeTopic.name}.probe.reader.dead`;
  const { admin } = await connect(t);
  await limitTopic(admin, dead, '20000');
  await delay(1_000);
  await bus.send([
    probeEvent('a', { id: 'large', payload: probePayload(30_000) }),
    probeEvent('a', { id: 'after' }),
  ]);
  await until(() => ids(seen).includes('after'), 'the event behind');
  const [letter, ...more] = await readTopic(brokers, dead);
  assert.equal(more.length, 0);
  assert.deepEqual([letter?.value, letter?.headers['id']], [null, 'large']);
  assert.match(letter?.headers['reason'] ?? '', /out of flour \(without its bytes: MESSAGE_TOO_LARGE\)/);
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
    probeEvent('c', { id: 'old', occurredAt: new Date(Date.now() - 31 * 86_400_000) }),
  ]);
  await until(() => seen.length === 8, 'all attempts');
  await delay(500);
  isBroken = false;
  seen.length = 0;
  const redrive = (limit: number) => {
    const options = { settings, consumer: 'probe.reader', topic: probeTopic.name, limit };
    return redriveDeadLetters({ ...options, clock: systemClock, logger: silentLogger });
  };
  const runs = [await redrive(2), await redrive(2)];
  assert.deepEqual(
    runs.map(({ moved, expired }) => moved + expired),
    [2, 2],
  );
  assert.equal(
    runs.reduce((sum, { expired }) => sum + expired, 0),
    1,
    'consumers may have forgotten it',
  );
  // As when it is over with the memory of a group, which brokers keep for a week.
  const { admin } = await connect(t);
  await admin.deleteGroups([`${settings.prefix}${probeTopic.name}.probe.reader.redrive`]).catch(() => {});
  assert.deepEqual(await redrive(10), { moved: 0, expired: 0 });
  await until(() => seen.length === 3, 'the redriven events');
  assert.deepEqual(ids(seen).sort(), ['d1', 'd2', 'd3']);
  assert.deepEqual(others.sort(), ['d1', 'd2', 'd3', 'old'], 'the other consumer saw them once');
});

test('there is nothing to redrive of a consumer that is not there, and nothing is made for it', async (t) => {
  const { settings, prefix } = setUp(t);
  const options = { settings, consumer: 'probe.nobody', topic: probeTopic.name, limit: 1 };
  await assert.rejects(
    redriveDeadLetters({ ...options, clock: systemClock, logger: silentLogger }),
    NoDeadLetters,
  );
  const { admin } = await connect(t);
  assert.deepEqual(
    (await admin.listTopics()).filter((name) => name.startsWith(prefix)),
    [],
  );
});

test('lag is what a consumer has not finished, and 0 when it has finished all', async (t) => {
  const { bus, metrics } = setUp(t);
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const seen = await listen(
    bus,
    ({ event }) => gates[event.id === 'first' ? 0 : 1]?.promise ?? assert.fail(),
  );
  const events = ['first', 'second', 'third'].map((id) => probeEvent('a', { id }));
  await bus.send(events);
  const lag = async () => Number(/^tiffin_kafka_lag_events\{.*\} (\d+)$/m.exec(await metrics.text())?.[1]);
  const lags = async (wanted: number) => {
    for (const deadlineMs = Date.now() + WAIT_MS; (await lag()) !== wanted; await delay(20))
      assert(Date.now() < deadlineMs, `a lag of ${wanted}, not of ${await lag()}`);
  };
  await until(() => seen.length === 1, 'the first event');
  await lags(3);
  gates[0]?.resolve();
  await lags(2);
  gates[1]?.resolve();
  await lags(0);
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
  assert.equal(seen[0]?.signal.aborted, false, 'it has not been told yet');
  gate.resolve();
  await stopped;
  const next = busForTests(settings);
  t.after(() => next.stop());
  const again = await listen(next);
  await next.send([probeEvent('a', { id: 'new' })]);
  await until(() => again.length > 0, 'the new event');
  assert.deepEqual(ids(again), ['new']);
});
