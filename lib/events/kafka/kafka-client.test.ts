import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Producer, ProducerConfig } from 'kafkajs';
import { openProducer } from './kafka-client.ts';

test('a producer numbers its records, has one request under way, and has no broker make topics', () => {
  let asked: ProducerConfig = {};
  openProducer({
    producer(config = {}) {
      asked = config;
      return {} as Producer;
    },
  });
  const { idempotent, maxInFlightRequests, allowAutoTopicCreation } = asked;
  assert.deepEqual([idempotent, maxInFlightRequests, allowAutoTopicCreation], [true, 1, false]);
});
