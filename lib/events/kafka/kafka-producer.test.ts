import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProducerBatch } from 'kafkajs';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import { createKafkaProducer } from './kafka-producer.ts';
import { producerDefaults } from './kafka-settings.ts';

/** Producers whose sends end as `answer` says; each is known by its number. */
function setUp(answer: (ids: string[], producer: number) => Promise<unknown>) {
  const clock = new VirtualClock();
  const log: string[] = [];
  let opened = 0;
  const open = () => {
    const number = ++opened;
    return {
      async connect() {
        log.push(`open ${number}`);
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

const records = (...ids: string[]) =>
  ids.map((id) => ({ topic: 't.v1', key: 'k', value: Buffer.from(id), headers: {} }));
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
  const { producer, log, clock } = setUp((_, number) =>
    number === 1 ? new Promise(() => {}) : Promise.resolve(),
  );
  const outcomes = producer.send(records('a'));
  await clock.advance(producerDefaults.sendTimeoutMs);
  assert.deepEqual(await outcomes, [
    { kind: 'unavailable', reason: `no acknowledgement within ${producerDefaults.sendTimeoutMs} ms` },
  ]);
  assert.deepEqual(kinds(await producer.send(records('b'))), ['sent']);
  assert.deepEqual(log, ['open 1', '1: a', 'close 1', 'open 2', '2: b']);
});

test('of a batch that is refused only those are refused whose fault it is', async () => {
  const { producer } = setUp(async (ids) => {
    if (ids.some((id) => id.startsWith('large'))) throw tooLarge;
  });
  const outcomes = await producer.send(records('a', 'large1', 'b', 'c', 'd', 'large2', 'e'));
  assert.deepEqual(kinds(outcomes), ['sent', 'refused', 'sent', 'sent', 'sent', 'refused', 'sent']);
});
