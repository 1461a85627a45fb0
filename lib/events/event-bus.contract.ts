import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import type { Clock } from '../clock/clock.ts';
import type { Database } from '../engines/database.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import {
  createEventTables,
  type EventTables,
  type Thing,
  thingCodec,
  thingTopic,
} from '../testing/event-bed.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import type { Delivery, EventBus } from './event-bus.ts';
import { MAX_AGGREGATE_ID_BYTES, MAX_PAYLOAD_BYTES } from './new-event.ts';
import { createOutboxRelay } from './outbox-relay.ts';
import { type DurableTopic, defineTopic } from './topic.ts';

/** How the suite gets its engine. A failed event must come again, and at last be a dead letter, within `until`. */
export interface EventEngine {
  /** With the tables of `thingsSchema`. */
  readonly database: Database;
  /** What the relay goes by. */
  readonly clock: Clock;
  /** The most that a consumer of these buses handles at once; at least 2. */
  readonly maxHandlers: number;
  /** How long handlers may go on when one of these buses stops. */
  readonly stopGraceMs: number;
  /** Buses of two processes, on an engine where no events are yet; the same one twice where there is one process. */
  openBuses(): Promise<readonly [EventBus, EventBus]>;
  /** Says that all consumers have subscribed. */
  begin(buses: readonly EventBus[]): void;
  /** Lets time pass until it is so; fails after a while. */
  until(isSo: () => boolean | Promise<boolean>): Promise<void>;
  /** Wherever this engine keeps what it gave up. */
  deadLetters(consumer: string, topic: string): Promise<readonly DeadLetter[]>;
  close(): Promise<void>;
}

export interface DeadLetter {
  readonly eventId: string;
  readonly reason: string;
  /** After how many it was given up. */
  readonly attempts: number;
}

interface Scene {
  readonly tables: EventTables;
  readonly buses: readonly [EventBus, EventBus];
  /** Begins to relay what is in the outbox. */
  begin(): void;
}

/** What every engine must do alike: a bus by itself, then outbox, relay, bus and a consumer with its inbox together. */
export function describeEventBus(name: string, start: () => Promise<EventEngine>): void {
  describe(`events on ${name}`, () => {
    let engine: EventEngine;
    before(async () => {
      engine = await start();
    });
    after(() => engine.close());

    async function setUp(t: TestContext): Promise<Scene> {
      const { database, clock } = engine;
      const tables = createEventTables(database, clock);
      await tables.clear();
      const buses = await engine.openBuses();
      const stop = new AbortController();
      const options = { database, bus: buses[0], clock, logger: silentLogger, metrics: createMetrics() };
      let running = Promise.resolve();
      t.after(async () => {
        stop.abort();
        await running;
        await Promise.all(buses.map((bus) => bus.stop()));
      });
      return {
        tables,
        buses,
        begin() {
          engine.begin(buses);
          running = createOutboxRelay(options).run(stop.signal);
        },
      };
    }

    it('delivers each event to every consumer once, as it was sent', async (t) => {
      const { buses, begin, tables } = await setUp(t);
      const topic = thingTopic('thing.told.v1');
      const [one, two]: Delivery<Thing>[][] = [[], []];
      await buses[0].subscribe({
        consumer: 'a.reader',
        topic,
        handle: async (event) => void one?.push(event),
      });
      await buses[1].subscribe({
        consumer: 'b.reader',
        topic,
        handle: async (event) => void two?.push(event),
      });
      const span = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
      const told = { topic, aggregateId: '77', aggregateVersion: 12, payload: { name: 'pan' } };
      const occurredAt = new Date(engine.clock.now());
      await engine.database.transaction((em) => tables.outbox.add(em, told, { span }));
      begin();
      await engine.until(() => one?.length === 1 && two?.length === 1);
      for (const delivery of [one?.[0], two?.[0]]) {
        const { event, payload, attempt, signal } = delivery ?? assert.fail();
        assert.deepEqual(
          [event.id, event.type, event.aggregateId, Number(event.aggregateVersion), event.traceparent],
          ['thing-1', topic.name, '77', 12, span.traceparent],
        );
        assert.ok(Math.abs((event.occurredAt?.getTime() ?? 0) - occurredAt.getTime()) < 1_000);
        assert.deepEqual(payload, { name: 'pan' });
        assert.deepEqual([attempt, signal.aborted], [1, false]);
      }
    });

    it('keeps the order of an aggregate while nothing fails', async (t) => {
      const { buses, begin, tables } = await setUp(t);
      const topic = thingTopic('thing.ordered.v1');
      const seen = new Map<string, number[]>();
      await buses[0].subscribe({
        consumer: 'a.reader',
        topic,
        async handle({ event }) {
          for (let turn = 0; turn < (Number(event.aggregateVersion) * 7) % 5; turn++) await turnOfLoop();
          seen.set(event.aggregateId, [
            ...(seen.get(event.aggregateId) ?? []),
            Number(event.aggregateVersion),
          ]);
        },
      });
      await tables.add(Array.from({ length: 200 }, (_, n) => thing(topic, `${n % 5}`, Math.floor(n / 5))));
      begin();
      await engine.until(() => [...seen.values()].flat().length === 200);
      const versions = Array.from({ length: 40 }, (_, version) => version);
      for (const aggregate of ['0', '1', '2', '3', '4']) assert.deepEqual(seen.get(aggregate), versions);
    });

    it('delivers again to a handler that failed; no effect is there twice, and none is missing', async (t) => {
      const { buses, begin, tables } = await setUp(t);
      const topic = thingTopic('thing.retried.v1');
      const attempts: number[] = [];
      await buses[0].subscribe({
        consumer: 'a.failing',
        topic,
        async handle({ event, attempt }) {
          attempts.push(attempt);
          await tables.applyOnce('a.failing', event.id);
          if (attempts.length < 3) throw new Error('the answer was lost');
        },
      });
      await buses[1].subscribe({
        consumer: 'b.steady',
        topic,
        handle: async ({ event }) => void (await tables.applyOnce('b.steady', event.id)),
      });
      const ids = await tables.add([thing(topic, '1', 1)]);
      begin();
      await engine.until(() => attempts.length >= 3);
      assert.deepEqual(attempts, [1, 2, 3]);
      await engine.until(async () => (await tables.effectsOf('b.steady')).length > 0);
      assert.deepEqual(await tables.effectsOf('a.failing'), ids);
      assert.deepEqual(await tables.effectsOf('b.steady'), ids);
    });

    it('makes a dead letter with its reason of an event that always fails, and goes on with those behind', async (t) => {
      const { buses, begin, tables } = await setUp(t);
      const topic = thingTopic('thing.poison.v1');
      await buses[0].subscribe({
        consumer: 'a.reader',
        topic,
        async handle({ event }) {
          if (event.aggregateVersion === 1) throw new Error('out of flour');
          await tables.applyOnce('a.reader', event.id);
        },
      });
      const [poison, ...others] = await tables.add([1, 2, 3].map((version) => thing(topic, '1', version)));
      begin();
      await engine.until(async () => (await tables.effectsOf('a.reader')).length === 2);
      assert.deepEqual(await tables.effectsOf('a.reader'), others);
      await engine.until(async () => (await engine.deadLetters('a.reader', topic.name)).length > 0);
      const [dead, ...more] = await engine.deadLetters('a.reader', topic.name);
      assert.equal(more.length, 0);
      assert.equal(dead?.eventId, poison);
      assert.match(dead?.reason ?? '', /out of flour/);
      assert.ok((dead?.attempts ?? 0) > 1, `${dead?.attempts} attempts`);
    });

    it('makes a dead letter at once of a payload that is no message of the topic', async (t) => {
      const { buses, begin, tables } = await setUp(t);
      const topic = thingTopic('thing.garbled.v1');
      const garbled = defineTopic({
        ...topic,
        codec: { ...thingCodec, encode: () => ({ finish: () => Buffer.from([0xff]) }) },
      });
      const seen: string[] = [];
      await buses[0].subscribe({
        consumer: 'a.reader',
        topic,
        handle: async ({ event }) => void seen.push(event.id),
      });
      const ids = await tables.add([thing(garbled, '1', 1), thing(topic, '1', 2)]);
      begin();
      await engine.until(async () => (await engine.deadLetters('a.reader', topic.name)).length > 0);
      await engine.until(() => seen.length > 0);
      assert.deepEqual(seen, [ids[1]]);
      const dead = await engine.deadLetters('a.reader', topic.name);
      assert.deepEqual(
        dead.map(({ eventId, attempts }) => [eventId, attempts]),
        [[ids[0], 1]],
      );
    });

    it('shares events between two instances of one consumer', async (t) => {
      const { buses, begin, tables } = await setUp(t);
      const topic = thingTopic('thing.shared.v1');
      let deliveries = 0;
      const handle = async ({ event }: Delivery<Thing>) => {
        deliveries++;
        await tables.applyOnce('a.shared', event.id);
      };
      for (const bus of buses) await bus.subscribe({ consumer: 'a.shared', topic, handle });
      const ids = await tables.add(Array.from({ length: 50 }, (_, n) => thing(topic, `${n}`, 1)));
      begin();
      await engine.until(async () => (await tables.effects()).events === ids.length);
      assert.deepEqual((await tables.effectsOf('a.shared')).sort(), ids.toSorted());
      // Each had every event otherwise. A few may come twice where instances join one after the other.
      assert.ok(deliveries < 2 * ids.length, `${deliveries} deliveries`);
    });

    it('lets a consumer handle so many events at once and no more, whatever lies before it', async (t) => {
      const { buses, begin, tables } = await setUp(t);
      const topic = thingTopic('thing.peaked.v1');
      let [running, most, ended] = [0, 0, 0];
      await buses[0].subscribe({
        consumer: 'a.reader',
        topic,
        async handle() {
          most = Math.max(most, ++running);
          for (let turn = 0; turn < 5; turn++) await turnOfLoop();
          running--;
          ended++;
        },
      });
      await tables.add(Array.from({ length: 100 }, (_, n) => thing(topic, `${n}`, 1)));
      begin();
      await engine.until(() => ended === 100);
      assert.equal(most, engine.maxHandlers);
    });

    it('takes a large batch, and tells what became of each of its events', async (t) => {
      const { buses } = await setUp(t);
      const topic = thingTopic('thing.many.v1');
      const seen = new Set<string>();
      await buses[0].subscribe({
        consumer: 'a.reader',
        topic,
        handle: async ({ event }) => void seen.add(event.id),
      });
      engine.begin(buses);
      const events = Array.from({ length: 1_000 }, (_, n) => eventOf(topic, `many-${n}`));
      const outcomes = await buses[0].send(events);
      assert.deepEqual(outcomes, Array(1_000).fill({ kind: 'sent' }));
      await engine.until(() => seen.size === 1_000);
    });

    it('carries the largest event that an outbox takes', async (t) => {
      const { buses, begin, tables } = await setUp(t);
      const topic = thingTopic('thing.large.v1');
      const seen: Delivery<Thing>[] = [];
      await buses[0].subscribe({
        consumer: 'a.reader',
        topic,
        handle: async (event) => void seen.push(event),
      });
      const frame = Buffer.byteLength(JSON.stringify({ name: '' }));
      const name = 'x'.repeat(MAX_PAYLOAD_BYTES - frame);
      const aggregateId = 'x'.repeat(MAX_AGGREGATE_ID_BYTES);
      await tables.add([{ topic, aggregateId, aggregateVersion: 1, payload: { name } }]);
      begin();
      await engine.until(() => seen.length > 0);
      assert.equal(seen[0]?.payload.name.length, name.length);
    });

    it('takes events that nobody listens to', async (t) => {
      const { buses } = await setUp(t);
      engine.begin(buses);
      assert.deepEqual(await buses[0].send([eventOf(thingTopic('thing.unheard.v1'), 'unheard')]), [
        { kind: 'sent' },
      ]);
      assert.deepEqual(await buses[0].send([]), []);
    });

    it('delivers lossy events while nothing fails', async (t) => {
      const { buses } = await setUp(t);
      const topic = defineTopic({ name: 'thing.glanced.v1', class: 'lossy', codec: thingCodec });
      const seen: string[] = [];
      await buses[0].subscribe({
        consumer: 'a.reader',
        topic,
        handle: async ({ event }) => void seen.push(event.id),
      });
      engine.begin(buses);
      assert.deepEqual(await buses[0].send([eventOf(topic, 'glance')]), [{ kind: 'sent' }]);
      await engine.until(() => seen.length === 1);
    });

    it('lets a handler end when it stops, and takes nothing any more', async (t) => {
      const { buses, begin, tables } = await setUp(t);
      const topic = thingTopic('thing.slow.v1');
      const gate = Promise.withResolvers<void>();
      let begun = false;
      let ended: 'in peace' | 'told to let go' | undefined;
      await buses[0].subscribe({
        consumer: 'a.slow',
        topic,
        async handle({ signal }) {
          begun = true;
          await gate.promise;
          ended = signal.aborted ? 'told to let go' : 'in peace';
        },
      });
      await tables.add([thing(topic, '1', 1)]);
      begin();
      await engine.until(() => begun);
      const stopped = buses[0].stop();
      gate.resolve();
      await stopped;
      assert.equal(ended, 'in peace');
      const [outcome] = await buses[0].send([eventOf(topic, 'late')]);
      assert.equal(outcome?.kind, 'unavailable');
    });

    it('tells a handler that goes on after it stopped to let go, and begins no other', async (t) => {
      const { buses, begin, tables } = await setUp(t);
      const topic = thingTopic('thing.endless.v1');
      const signals: AbortSignal[] = [];
      const times = { stopMs: 0, toldMs: 0 };
      await buses[0].subscribe({
        consumer: 'a.endless',
        topic,
        async handle({ signal }) {
          signals.push(signal);
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          times.toldMs = engine.clock.now();
          throw signal.reason;
        },
      });
      await tables.add([thing(topic, '1', 1), thing(topic, '1', 2)]);
      begin();
      await engine.until(() => signals.length > 0);
      times.stopMs = engine.clock.now();
      let isStopped = false;
      const stopped = buses[0].stop().then(() => {
        isStopped = true;
      });
      await engine.until(() => isStopped);
      await stopped;
      assert.deepEqual(
        signals.map(({ aborted }) => aborted),
        [true],
      );
      assert.ok(times.toldMs - times.stopMs >= engine.stopGraceMs, `${times.toldMs - times.stopMs} ms`);
      assert.deepEqual(await engine.deadLetters('a.endless', topic.name), []);
    });
  });
}

const thing = (topic: DurableTopic<Thing>, aggregateId: string, aggregateVersion: number) => ({
  topic,
  aggregateId,
  aggregateVersion,
  payload: { name: `thing ${aggregateId}` },
});

const eventOf = ({ name }: { name: string }, id: string): Event => ({
  id,
  type: name,
  aggregateId: id,
  aggregateVersion: 1,
  occurredAt: new Date(Date.UTC(2030, 0, 1)),
  traceparent: '',
  payload: Buffer.from('{"name":"pan"}'),
});

const turnOfLoop = () => new Promise((resolve) => setImmediate(resolve));
