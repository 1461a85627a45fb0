import assert from 'node:assert/strict';
import { connect as connectTcp, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Kafka, logLevel } from 'kafkajs';
import { systemClock } from '../../clock/clock.ts';
import { realKafkaBrokers, uniquePrefix } from '../../testing/real-kafka.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import { openProducer } from './kafka-client.ts';
import { createKafkaProducer, type ProducerConnection } from './kafka-producer.ts';
import { producerDefaults } from './kafka-settings.ts';
import { readTopic } from './testing/read-topic.ts';

const brokers = realKafkaBrokers();

/** A client whose network can swallow what the broker answers, and an empty topic. */
async function setUp(t: TestContext) {
  const network = { isMuted: false };
  const listenUnlessMuted = (socket: Socket): Socket => {
    const emit = socket.emit.bind(socket);
    socket.emit = ((name: string, ...args: unknown[]) =>
      name === 'data' && network.isMuted ? false : emit(name, ...args)) as typeof socket.emit;
    return socket;
  };
  const kafka = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    requestTimeout: 300,
    socketFactory: ({ host, port, onConnect }) => listenUnlessMuted(connectTcp({ host, port }, onConnect)),
  });
  const topic = `${uniquePrefix()}muted.v1`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, replicationFactor: 1 }], waitForLeaders: true });
  await admin.disconnect();
  const opened: ProducerConnection[] = [];
  t.after(() => Promise.all(opened.map((connection) => connection.disconnect())));
  const open = () => {
    const producer = openProducer(kafka);
    opened.push(producer);
    return producer;
  };
  const record = (id: string) => ({ topic, key: 'a', value: Buffer.from(id), headers: { id } });
  const lying = async () => (await readTopic(brokers, topic)).map(({ value }) => String(value));
  return { network, open, record, lying, topic };
}

test('what is sent after a send without an answer is not taken for the same again', async (t) => {
  const { network, open, record, lying } = await setUp(t);
  const settings = { ...producerDefaults, sendTimeoutMs: 2_000 };
  const producer = createKafkaProducer({ open, settings, clock: systemClock, logger: silentLogger });
  assert.deepEqual(await producer.send([record('first')]), [{ kind: 'sent' }]);
  network.isMuted = true;
  const [unanswered] = await producer.send([record('unanswered')]);
  assert.equal(unanswered?.kind, 'unavailable');
  network.isMuted = false;
  assert.deepEqual(await producer.send([record('next')]), [{ kind: 'sent' }]);
  await producer.stop();
  const values = await lying();
  assert.equal(values.at(-1), 'next');
  // It was tried several times, and the broker knew it by its number.
  assert.equal(values.filter((value) => value === 'unanswered').length, 1);
});

test("control: kafkajs' own producer loses it, and says that it was acknowledged", async (t) => {
  const { network, open, record, lying, topic } = await setUp(t);
  const producer = open();
  await producer.connect();
  const send = (id: string) =>
    producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages: [record(id)] }] });
  await send('first');
  network.isMuted = true;
  await assert.rejects(send('unanswered'));
  network.isMuted = false;
  await send('next');
  assert(!(await lying()).includes('next'));
});
