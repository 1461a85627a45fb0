import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProducerBatch } from 'kafkajs';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import { createKafkaProducer } from './kafka-producer.ts';
import { producerDefaults } from './kafka-settings.ts';

/** Producers whose sends end as `answer` says; each is known by its number. */
function setUp(
  answer: (ids: string[], producer: number) => Promise<unknown>,
  connecting: (producer: number) => Promise<void> = async () => {},
) {
  const clock = new VirtualClock();
  const log: string[] = [];
  let opened = 0;
  const open = () => {
    const number = ++opened;
    return {
      async connect() {
        log.push(`open ${number}`);
        await connecting(number);
      },
      sendBatch({ acks, topicMessages = [] }: ProducerBatch) {
        assert.equal(acks, -1);
        const ids = topicMessages.flatMap(({ messages }) => messages.map(({ value }) => String(value)));
        log.push(`${number}: ${ids.join(' ')}`);
        return answer(ids, number);
      },
      async disconnect() {
        log.push(`close ${number}`);
      },
    };
  };
  const producer = createKafkaProducer({ open, settings: producerDefaults, clock, logger: silentLogger });
  return { clock, producer, log };
}

/** An id is `id`, or `topic/id`. */
const records = (...ids: string[]) =>
  ids.map((id) => ({
    topic: id.includes('/') ? (id.split('/')[0] ?? '') : 't.v1',
    key: 'k',
    value: Buffer.from(id),
    headers: {},
  }));
const tooLarge = Object.assign(new Error('too large'), { type: 'MESSAGE_TOO_LARGE' });
const kinds = (outcomes: readonly { kind: string }[]) => outcomes.map(({ kind }) => kind);

test('sends go through one producer as long as all is well', async () => {
  const { producer, log } = setUp(async () => []);
  assert.deepEqual(kinds(await producer.send(records('a', 'b'))), ['sent', 'sent']);
  assert.deepEqual(kinds(await producer.send(records('c'))), ['sent']);
  assert.deepEqual(await producer.send([]), []);
  await producer.stop();
  assert.deepEqual(log, ['open 1', '1: a b', '1: c', 'close 1']);
});

test('after a failure the next send has a producer of its own, whose numbers are not taken yet', async () => {
  const { producer, log } = setUp(async (_, number) => {
    if (number === 1) throw Object.assign(new Error('closed'), { name: 'KafkaJSConnectionClosedError' });
  });
  assert.deepEqual(await producer.send(records('a')), [
    { kind: 'unavailable', reason: 'KafkaJSConnectionClosedError' },
  ]);
  assert.deepEqual(kinds(await producer.send(records('b'))), ['sent']);
  assert.deepEqual(log, ['open 1', '1: a', 'close 1', 'open 2', '2: b']);
});

test('a send without an answer ends in time, and its producer is given up', async () => {
  const late = Promise.withResolvers<void>();
  const { producer, log, clock } = setUp((_, number) => (number === 1 ? late.promise : Promise.resolve()));
  const outcomes = producer.send(records('a'));
  await clock.advance(producerDefaults.sendTimeoutMs);
  assert.deepEqual(await outcomes, [
    { kind: 'unavailable', reason: `no acknowledgement within ${producerDefaults.sendTimeoutMs} ms` },
  ]);
  assert.deepEqual(kinds(await producer.send(records('b'))), ['sent']);
  assert.deepEqual(log, ['open 1', '1: a', 'close 1', 'open 2', '2: b']);
  // Meanwhile kafkajs has connected again, for its last tries.
  late.reject(new Error('no'));
  await clock.advance(0);
  assert.equal(log.at(-1), 'close 1');
});

test('of a batch that is refused only those are refused whose fault it is, and no other goes more than twice', async () => {
  const { producer, log } = setUp(async (ids) => {
    if (ids.some((id) => id.startsWith('large'))) throw tooLarge;
  });
  const batch = ['large1', ...Array.from({ length: 98 }, (_, n) => `n${n}`), 'large2'];
  const outcomes = kinds(await producer.send(records(...batch)));
  assert.deepEqual(
    outcomes,
    batch.map((id) => (id.startsWith('large') ? 'refused' : 'sent')),
  );
  assert.equal(log.flatMap((line) => line.split(' ')).filter((word) => word === 'n50').length, 2);
});

for (const type of ['UNKNOWN_TOPIC_OR_PARTITION', 'NOT_ENOUGH_REPLICAS', 'TOPIC_AUTHORIZATION_FAILED']) {
  test(`a topic with ${type} fails none of the other topics of its batch`, async () => {
    const { producer } = setUp(async (ids) => {
      if (ids.some((id) => id.startsWith('gone/'))) throw Object.assign(new Error('no'), { type });
    });
    const outcomes = await producer.send(records('gone/1', 'good/2', 'gone/3', 'other/4', 'good/5'));
    assert.deepEqual(kinds(outcomes), ['unavailable', 'sent', 'unavailable', 'sent', 'sent']);
  });
}

test('a connection that fails is not tried again for each topic', async () => {
  const { producer, log } = setUp(async () => {
    throw Object.assign(new Error('closed'), { name: 'KafkaJSConnectionClosedError' });
  });
  assert.deepEqual(kinds(await producer.send(records('a/1', 'b/2'))), ['unavailable', 'unavailable']);
  assert.deepEqual(log, ['open 1', '1: a/1 b/2', 'close 1']);
});

test('a producer that connects after its send was given up sends nothing', async () => {
  const gate = Promise.withResolvers<void>();
  const { producer, log, clock } = setUp(
    async () => [],
    (number) => (number === 1 ? gate.promise : Promise.resolve()),
  );
  const outcomes = producer.send(records('a'));
  await clock.advance(producerDefaults.sendTimeoutMs);
  assert.deepEqual(kinds(await outcomes), ['unavailable']);
  gate.resolve();
  await clock.advance(0);
  assert.deepEqual(kinds(await producer.send(records('b'))), ['sent']);
  assert.deepEqual(log, ['open 1', 'close 1', 'close 1', 'open 2', '2: b']);
});
