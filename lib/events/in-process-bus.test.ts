import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { thingCodec, thingMade, thingsSchema } from '../testing/event-bed.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { openTestDatabase } from '../testing/test-database.ts';
import { describeEventBus } from './event-bus.contract.ts';
import { type EventHandler, STOP_GRACE_MS } from './event-bus.ts';
import { createInProcessBus, type InProcessBus, type InProcessBusOptions } from './in-process-bus.ts';
import { defineTopic } from './topic.ts';

const MAX_STEPS = 5_000;

describeEventBus('the bus of one process', async () => {
  const bed = await openTestDatabase(thingsSchema);
  const clock = new VirtualClock();
  const maxHandlers = 3;
  let bus: InProcessBus;
  return {
    database: bed.database,
    clock,
    maxHandlers,
    stopGraceMs: STOP_GRACE_MS,
    async openBuses() {
      const options = { clock, logger: silentLogger, metrics: createMetrics(), maxRunning: maxHandlers };
      bus = createInProcessBus(options);
      return [bus, bus];
    },
    begin: () => bus.begin(),
    async until(isSo) {
      for (let step = 0; !(await isSo()); step++) {
        assert.ok(step < MAX_STEPS, 'it never came about');
        await clock.advance(250);
      }
    },
    async deadLetters(_, topic) {
      const dead = await bed.database.query<{ event_id: string; last_error: string; attempts: number }>(
        `select event_id, last_error, attempts from things.outbox where state = 'dead' and topic = ? order by id`,
        [topic],
      );
      return dead.map(({ attempts, ...row }) => ({
        eventId: row.event_id,
        reason: row.last_error,
        attempts,
      }));
    },
    close: () => bed.stop(),
  };
});

function setUp(options: Partial<InProcessBusOptions> = {}) {
  const clock = new VirtualClock();
  const metrics = createMetrics();
  const bus = createInProcessBus({ clock, logger: silentLogger, metrics, ...options });
  const listen = (handle: EventHandler<unknown>, consumer = 'a.reader') =>
    bus.subscribe({ consumer, topic: thingMade, handle });
  return { clock, metrics, bus, listen };
}

const made = (id: string, aggregateId = id): Event => ({
  id,
  type: 'thing.made.v1',
  aggregateId,
  aggregateVersion: 1,
  occurredAt: new Date(0),
  traceparent: '',
  payload: Buffer.from('{"name":"pan"}'),
});
const never = () => new Promise<never>(() => {});
const kinds = (outcomes: readonly { kind: string }[]) => outcomes.map(({ kind }) => kind);

test('events wait in the outbox until all consumers have subscribed', async () => {
  const { bus, listen } = setUp();
  let handled = 0;
  assert.deepEqual(kinds(await bus.send([made('1')])), ['unavailable']);
  await listen(async () => void handled++);
  bus.begin();
  assert.deepEqual(kinds(await bus.send([made('1')])), ['sent']);
  assert.equal(handled, 1);
});

test('one consumer that fails has the event refused, in the name of that consumer', async () => {
  const { bus, listen } = setUp();
  await listen(async () => {}, 'a.steady');
  await listen(() => Promise.reject(new Error('out of flour')), 'b.failing');
  bus.begin();
  assert.deepEqual(await bus.send([made('1')]), [{ kind: 'refused', reason: 'b.failing: out of flour' }]);
});

test('a payload that is no message is refused for ever, unless another consumer may yet take the event', async () => {
  const { bus, listen, clock } = setUp({ handlerTimeoutMs: 1_000, maxWaiting: 1 });
  const garbled = (id: string) => ({ ...made(id), payload: Buffer.from([0xff]) });
  const lenient = { ...thingMade, codec: { ...thingCodec, decode: () => ({ name: '' }) } };
  let isWilling = false;
  await listen(async () => assert.fail('not to be handled'));
  await bus.subscribe({
    consumer: 'b.lenient',
    topic: lenient,
    handle: async () => assert.ok(isWilling, 'not now'),
  });
  bus.begin();
  assert.deepEqual(await bus.send([garbled('1')]), [{ kind: 'refused', reason: 'b.lenient: not now' }]);
  isWilling = true;
  const [final] = await bus.send([garbled('1')]);
  assert.match(
    JSON.stringify(final),
    /"a.reader: the payload is no message of thing.made.v1: .*"isFinal":true/,
  );
  assert.equal(clock.pendingTimers, 0);
});

test('a handler that throws before it returns a promise does not reject the send', async () => {
  const { bus, listen } = setUp();
  await listen(() => {
    throw new Error('at once');
  });
  bus.begin();
  assert.deepEqual(kinds(await bus.send([made('1')])), ['refused']);
});

test('a handler that takes too long is told, its event refused, and those behind go on', async () => {
  const { bus, listen, clock } = setUp({ handlerTimeoutMs: 1_000 });
  let signal: AbortSignal | undefined;
  await listen((delivery) => {
    if (delivery.event.id !== 'slow') return Promise.resolve();
    signal = delivery.signal;
    return never();
  });
  bus.begin();
  const outcomes = bus.send([made('slow', '1'), made('next', '1')]);
  await clock.advance(999);
  assert.equal(signal?.aborted, false);
  await clock.advance(1);
  assert.equal(signal?.aborted, true);
  assert.deepEqual(await outcomes, [
    { kind: 'refused', reason: 'a.reader: did not end within 1000 ms' },
    { kind: 'sent' },
  ]);
  assert.equal(clock.pendingTimers, 0);
});

test('a consumer handles one event of an aggregate at a time, and so many at once in all', async () => {
  const { bus, listen } = setUp({ maxRunning: 3 });
  const running = new Map<string, number>();
  let most = 0;
  await listen(async ({ event: { aggregateId } }) => {
    running.set(aggregateId, (running.get(aggregateId) ?? 0) + 1);
    assert.equal(running.get(aggregateId), 1);
    most = Math.max(
      most,
      [...running.values()].reduce((sum, count) => sum + count),
    );
    await new Promise((resolve) => setImmediate(resolve));
    running.set(aggregateId, 0);
  });
  bus.begin();
  const outcomes = await bus.send(Array.from({ length: 60 }, (_, n) => made(`${n}`, `${n % 6}`)));
  assert.deepEqual(new Set(kinds(outcomes)), new Set(['sent']));
  assert.equal(most, 3);
});

test('a consumer with too much waiting is unavailable: that counts as no attempt', async () => {
  const { bus, listen } = setUp({ maxRunning: 1, maxWaiting: 2 });
  const gate = Promise.withResolvers<void>();
  await listen(() => gate.promise);
  bus.begin();
  const outcomes = bus.send([made('1'), made('2'), made('3'), made('4')]);
  gate.resolve();
  assert.deepEqual(kinds(await outcomes), ['sent', 'sent', 'sent', 'unavailable']);
});

test('instances of one consumer take turns', async () => {
  const { bus, listen } = setUp();
  const turns: string[] = [];
  await listen(async () => void turns.push('one'));
  await listen(async () => void turns.push('two'));
  bus.begin();
  await bus.send([made('1'), made('2'), made('3'), made('4')]);
  assert.deepEqual(turns, ['one', 'two', 'one', 'two']);
});

test('lossy events are sent at once, and dropped and counted when too many wait or their handler fails', async () => {
  const { bus, metrics } = setUp({ maxRunning: 1, maxWaiting: 1 });
  const topic = defineTopic({ name: 'thing.glanced.v1', class: 'lossy', codec: thingCodec });
  const gate = Promise.withResolvers<void>();
  const handle = async ({ event }: { event: Event }) => {
    await gate.promise;
    if (event.id === '2') throw new Error('not now');
  };
  await bus.subscribe({ consumer: 'a.reader', topic, handle });
  bus.begin();
  const glanced = (id: string) => ({ ...made(id), type: topic.name });
  const outcomes = await bus.send([glanced('1'), glanced('2'), glanced('3'), glanced('4')]);
  assert.deepEqual(kinds(outcomes), ['sent', 'sent', 'sent', 'sent']);
  gate.resolve();
  await bus.stop();
  const lost = /tiffin_events_lost_total\{topic="thing.glanced.v1",consumer="a.reader"\} 3/;
  assert.match(await metrics.text(), lost);
});

test('stop gives what has not begun back to its outbox, and at last lets go of handlers that do not end', async () => {
  const { bus, listen, clock } = setUp({ maxRunning: 1, handlerTimeoutMs: 60_000 });
  const begun: string[] = [];
  await listen(({ event, signal }) => {
    begun.push(event.id);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  bus.begin();
  const outcomes = bus.send([made('1'), made('2')]);
  const stopped = bus.stop();
  await clock.advance(STOP_GRACE_MS);
  await stopped;
  assert.deepEqual(kinds(await outcomes), ['unavailable', 'unavailable']);
  assert.deepEqual(begun, ['1']);
  assert.equal(clock.pendingTimers, 0);
});

test('events of no aggregate are handled side by side, as many as their consumer asks for', async () => {
  const { bus, clock } = setUp({ maxRunning: 2 });
  let running = 0;
  const handle = () => {
    running++;
    return never();
  };
  await bus.subscribe({ consumer: 'a.gatherer', topic: thingMade, handle, maxConcurrentHandlers: 5 });
  bus.begin();
  void bus.send(Array.from({ length: 9 }, (_, n) => made(`e${n}`, '')));
  await clock.advance(0);
  assert.equal(running, 5);
});
