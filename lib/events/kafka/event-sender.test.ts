import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { createMetrics } from '../../telemetry/metrics.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import { encodeEvent, MAX_AGGREGATE_ID_BYTES, MAX_PAYLOAD_BYTES } from '../new-event.ts';
import { recordOf, sizeOf } from './event-record.ts';
import { createEventSender } from './event-sender.ts';
import { producerDefaults } from './kafka-settings.ts';
import { probeEvent, probeTopic } from './testing/kafka-test-bed.ts';

function setUp(ensure: () => Promise<void> = async () => {}) {
  const metrics = createMetrics();
  const sent: string[] = [];
  const send = createEventSender({
    sender: {
      async send({ topic, headers }) {
        sent.push(`${topic} ${headers['id']}`);
        return { kind: 'sent' };
      },
    },
    topics: { ensure },
    prefix: 'our.',
    sizes: { maxEventBytes: 1_000, deadLetterRetentionMs: 1 },
    logger: silentLogger,
    metrics,
  });
  return { metrics, sent, send };
}

test('what Kafka would never take is refused for ever, and the others of its batch are sent', async () => {
  const { send, sent, metrics } = setUp();
  const outcomes = await send([
    probeEvent('a', { id: 'odd', type: 'Odd name' }),
    probeEvent('a', { id: 'large', payload: Buffer.alloc(1_001) }),
    probeEvent('a', { id: 'garbled', aggregateVersion: Number.NaN }),
    probeEvent('a', { id: 'fine' }),
  ]);
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.isFinal : outcome.kind)),
    [true, true, true, 'sent'],
  );
  assert.deepEqual(sent, ['our.probe.made.v1 fine']);
  assert.match(await metrics.text(), /tiffin_kafka_sends_total\{outcome="refused"\} 3/);
});

test('the largest event that an outbox takes is within what is sent', () => {
  const topic = { ...probeTopic, codec: { ...probeTopic.codec, encode: () => ({ finish: () => payload }) } };
  const payload = Buffer.alloc(MAX_PAYLOAD_BYTES);
  const aggregateId = 'x'.repeat(MAX_AGGREGATE_ID_BYTES);
  const aggregateVersion = Number.MAX_SAFE_INTEGER;
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const origin = { id: randomUUID(), occurredAt: new Date(), traceparent };
  const event = encodeEvent({ topic, aggregateId, aggregateVersion, payload: probeEvent('a') }, origin);
  assert.ok(sizeOf(recordOf(event, topic.name)) <= producerDefaults.maxEventBytes);
});

test('without a topic to send to nothing is sent, which is no fault of the events', async () => {
  const { send, sent } = setUp(() => Promise.reject(new Error('no broker')));
  const outcome = { kind: 'unavailable', reason: 'Error: no broker' };
  assert.deepEqual(await send([probeEvent('a'), probeEvent('b')]), [outcome, outcome]);
  assert.deepEqual(sent, []);
});
