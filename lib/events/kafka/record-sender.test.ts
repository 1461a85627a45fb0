import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Producer } from 'kafkajs';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import { producerDefaults } from './kafka-settings.ts';
import { createRecordSender } from './record-sender.ts';

test('a topic that is gone is forgotten, so that it is looked at again; one that is only away is not', async () => {
  const forgotten: string[] = [];
  const clock = new VirtualClock();
  const types: Record<string, string> = { gone: 'UNKNOWN_TOPIC_OR_PARTITION', away: 'NOT_ENOUGH_REPLICAS' };
  const producer = {
    async connect() {},
    async sendBatch({ topicMessages = [] }: Parameters<Producer['sendBatch']>[0]) {
      for (const { topic } of topicMessages)
        if (types[topic]) throw Object.assign(new Error(topic), { type: types[topic] });
    },
    async disconnect() {},
  } as unknown as Producer;
  const sender = createRecordSender({
    kafka: { producer: () => producer },
    topics: { forget: (name) => void forgotten.push(name) },
    settings: producerDefaults,
    clock,
    logger: silentLogger,
  });
  const outcomes = ['good', 'away', 'gone'].map((topic) =>
    sender.send({ topic, key: 'k', value: Buffer.from('v'), headers: {} }),
  );
  await sender.stop();
  assert.deepEqual(
    (await Promise.all(outcomes)).map(({ kind }) => kind),
    ['sent', 'unavailable', 'unavailable'],
  );
  assert.deepEqual(forgotten, ['gone']);
});
