import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { silentLogger } from '../../testing/silent-logger.ts';
import type { EventHandler, SendOutcome } from '../event-bus.ts';
import { type OutgoingRecord, recordOf } from './event-record.ts';
import { createRecordHandler } from './handle-record.ts';
import { probeEvent, probeTopic } from './testing/kafka-test-bed.ts';
import { topicsOf } from './topic-names.ts';

const topics = topicsOf({ consumer: 'probe.reader', topic: probeTopic.name }, { retries: 1 });
const source = { topic: topics.main, partition: 0 };
const letGo = new AbortController().signal;

function setUp(
  handle: EventHandler<Event>,
  outcome: SendOutcome | ((record: OutgoingRecord) => SendOutcome) = { kind: 'sent' },
) {
  const clock = new VirtualClock();
  const metrics = createMetrics();
  const asides: OutgoingRecord[] = [];
  const handleRecord = createRecordHandler({
    subscription: { consumer: 'probe.reader', topic: probeTopic, handle: handle as EventHandler<unknown> },
    topics,
    settings: { handlerTimeoutMs: 1_000, retryDelaysMs: [2_000] },
    async send(record) {
      asides.push(record);
      return typeof outcome === 'function' ? outcome(record) : outcome;
    },
    clock,
    logger: silentLogger,
    metrics,
  });
  return { clock, metrics, asides, handleRecord };
}

function incoming(headers: Record<string, string> = {}, event = probeEvent('a', { id: 'e1' })) {
  const record = recordOf(event, topics.main);
  return { offset: '0', key: null, value: record.value, headers: { ...record.headers, ...headers } };
}

test('a handler sees the event, its payload and which attempt it is', async () => {
  const seen: unknown[] = [];
  const { handleRecord, asides, metrics } = setUp(async ({ event, payload, attempt }) => {
    seen.push(event.id, payload.id, attempt);
  });
  await handleRecord(incoming({ attempt: '3' }), source, letGo);
  assert.deepEqual(seen, ['e1', 'payload', 3]);
  assert.deepEqual(asides, []);
  assert.match(await metrics.text(), /tiffin_kafka_deliveries_total\{.*outcome="handled"\} 1/);
});

test('what fails goes to the retry topic, and at last to the dead letters', async () => {
  const { handleRecord, asides } = setUp(() => Promise.reject(new Error('no')));
  await handleRecord(incoming(), source, letGo);
  await handleRecord(incoming({ attempt: '2' }), source, letGo);
  assert.deepEqual(
    asides.map(({ topic }) => topic),
    [topics.retries[0], topics.dead],
  );
});

test('a handler beyond its deadline has failed, and is told', async () => {
  let told: AbortSignal | undefined;
  const { handleRecord, asides, clock } = setUp(({ signal }) => {
    told = signal;
    return new Promise(() => {});
  });
  const handled = handleRecord(incoming({ attempt: '2' }), source, letGo);
  await clock.advance(1_000);
  await handled;
  assert(told?.aborted);
  assert.equal(asides[0]?.headers['reason'], 'Error: probe.reader did not end within 1000 ms');
});

test('bytes that cannot be read, and events of another topic, are dead letters at once', async () => {
  const { handleRecord, asides } = setUp(() => assert.fail('not to be handled'));
  await handleRecord({ ...incoming(), value: Buffer.from([0xff]) }, source, letGo);
  await handleRecord({ ...incoming(), value: null }, source, letGo);
  await handleRecord(incoming({}, probeEvent('a', { type: 'other.made.v1' })), source, letGo);
  await handleRecord(incoming({}, probeEvent('a', { payload: Buffer.from([0xff]) })), source, letGo);
  assert.deepEqual(
    asides.map(({ topic }) => topic),
    Array(4).fill(topics.dead),
  );
  assert.match(asides[2]?.headers['reason'] ?? '', /Poison: The record holds "other\.made\.v1"/);
});

test('what Kafka refuses to take aside becomes a dead letter without its bytes, which says where they lie', async () => {
  const { handleRecord, asides } = setUp(
    () => Promise.reject(new Error('out of flour')),
    ({ value }) => (value ? { kind: 'refused', reason: 'MESSAGE_TOO_LARGE' } : { kind: 'sent' }),
  );
  await handleRecord(incoming(), source, letGo);
  const { topic, value, headers } = asides[1] ?? assert.fail();
  assert.deepEqual([topic, value], [topics.dead, null]);
  assert.equal(headers['reason'], 'Error: out of flour (without its bytes: MESSAGE_TOO_LARGE)');
  assert.equal(headers['source'], `${topics.main}/0/0`);
});

test('what finds no place is not finished', async () => {
  const outcome = { kind: 'unavailable', reason: 'away' } as const;
  const { handleRecord } = setUp(() => Promise.reject(new Error('no')), outcome);
  await assert.rejects(handleRecord(incoming(), source, letGo), /found no place in .*retry\.1: away/);
});

test('a handler that fails because it was told to let go used up no attempt', async () => {
  const stop = new AbortController();
  const { handleRecord, asides } = setUp(async ({ signal }) => {
    stop.abort(new Error('stopping'));
    signal.throwIfAborted();
  });
  await assert.rejects(handleRecord(incoming(), source, stop.signal), /stopping/);
  assert.deepEqual(asides, []);
});
