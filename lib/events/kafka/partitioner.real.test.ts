import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { realKafkaBrokers, uniquePrefix } from '../../testing/real-kafka.ts';
import { busForTests, probeEvent, probeTopic, settingsForTests } from './testing/kafka-test-bed.ts';
import { readTopic } from './testing/read-topic.ts';

const brokers = realKafkaBrokers();
const partitions = 4;
const ids = ['1', '2', '3', '7', '8', '22431137795', '1152921504606846977', '9223372036854775807'];

function setUp(t: TestContext) {
  const prefix = uniquePrefix();
  const bus = busForTests(settingsForTests(brokers, prefix, { topics: { partitions } }));
  t.after(() => bus.stop());
  return { bus, lying: () => readTopic(brokers, `${prefix}${probeTopic.name}`) };
}

test("a user's events lie in the partition of the user's id mod the number of partitions, in their order", async (t) => {
  const { bus, lying } = setUp(t);
  const events = Array.from({ length: 5 }, () => ids.map((id) => probeEvent(id))).flat();
  const outcomes = await bus.send(events, 'modulo');
  assert.ok(outcomes.every(({ kind }) => kind === 'sent'));
  const records = await lying();
  for (const id of ids) {
    const own = records.filter(({ key }) => key === id);
    assert.deepEqual(new Set(own.map(({ partition }) => partition)), new Set([Number(BigInt(id) % 4n)]), id);
    assert.deepEqual(
      own.map(({ headers }) => headers['id']),
      events.filter(({ aggregateId }) => aggregateId === id).map((event) => event.id),
    );
  }
});

test("nobody's events are spread over all partitions", async (t) => {
  const { bus, lying } = setUp(t);
  await bus.send(
    Array.from({ length: 40 }, () => probeEvent('')),
    'modulo',
  );
  const records = await lying();
  const byPartition = Map.groupBy(records, ({ partition }) => partition);
  assert.deepEqual(
    [0, 1, 2, 3].map((partition) => byPartition.get(partition)?.length),
    [10, 10, 10, 10],
  );
  assert.ok(records.every(({ key }) => key === null));
});

test('control: the events of other topics lie by the hash of their key', async (t) => {
  const { bus, lying } = setUp(t);
  await bus.send(ids.map((id) => probeEvent(id)));
  const records = await lying();
  assert.ok(records.some(({ key, partition }) => partition !== Number(BigInt(key ?? '0') % 4n)));
});
