import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { VirtualClock } from '../clock/virtual-clock.ts';
import type { Database } from '../engines/database.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import {
  createEventTables,
  type EventTables,
  thingMade,
  thingsSchema,
  thingTopic,
} from '../testing/event-bed.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import type { SendOutcome } from './event-bus.ts';
import { createOutboxRelay, type OutboxRelayOptions } from './outbox-relay.ts';
import { readOutboxState } from './outbox-rows.ts';

let bed: TestDatabase;
let database: Database;
let clock: VirtualClock;
let tables: EventTables;
let metrics: Metrics;
/** What the bus answers, and what it was asked. */
let answer: (event: Event) => SendOutcome | Promise<SendOutcome>;
let asked: { id: string; atMs: number }[];

before(async () => {
  bed = await openTestDatabase(thingsSchema);
  database = bed.database;
});
after(() => bed.stop());
beforeEach(async () => {
  clock = new VirtualClock();
  tables = createEventTables(database, clock);
  metrics = createMetrics();
  answer = () => ({ kind: 'sent' });
  asked = [];
  await tables.clear();
});

const bus = {
  send: (events: readonly Event[]) =>
    Promise.all(
      events.map(async (event) => {
        asked.push({ id: event.id, atMs: clock.now() });
        return answer(event);
      }),
    ),
};
const openRelay = (options: Partial<OutboxRelayOptions> = {}) =>
  createOutboxRelay({ database, bus, clock, logger: silentLogger, metrics, random: () => 0, ...options });
const made = (aggregateId = '1', aggregateVersion = 1, topic = thingMade) => ({
  topic,
  aggregateId,
  aggregateVersion,
  payload: { name: 'pan' },
});
const rows = () =>
  database.query<{ event_id: string; state: string; attempts: number; last_error: string | null }>(
    'select event_id, state, attempts, last_error from things.outbox order by id',
  );

test('an event reaches the bus as it was written, and its row is gone', async () => {
  const span = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
  await database.transaction((em) => tables.outbox.add(em, made('7', 3), { span }));
  const sent: Event[] = [];
  answer = (event) => {
    sent.push(event);
    return { kind: 'sent' };
  };
  assert.deepEqual(await openRelay().round(), { claimed: 1, sent: 1, refused: 0, dead: 0, unavailable: 0 });
  assert.deepEqual(sent, [
    {
      id: 'thing-1',
      type: 'thing.made.v1',
      aggregateId: '7',
      aggregateVersion: 3,
      occurredAt: new Date(clock.now()),
      traceparent: span.traceparent,
      payload: Buffer.from('{"name":"pan"}'),
    },
  ]);
  assert.deepEqual(await rows(), []);
});

test('what was rolled back is told to nobody', async () => {
  const change = database.transaction(async (em) => {
    await tables.outbox.add(em, made(), {});
    throw new Error('changed my mind');
  });
  await assert.rejects(change, /changed my mind/);
  assert.equal((await openRelay().round()).claimed, 0);
});

test('events go in the order in which they were written, batch after batch, also after the bus was away', async () => {
  const ids = await tables.add(Array.from({ length: 25 }, (_, version) => made('1', version)));
  const relay = openRelay({ maxRows: 10 });
  answer = () => ({ kind: 'unavailable', reason: 'away' });
  await relay.round();
  await clock.advance(100);
  answer = () => ({ kind: 'sent' });
  asked = [];
  for (let round = 0; round < 3; round++) await relay.round();
  assert.deepEqual(
    asked.map(({ id }) => id),
    ids,
  );
});

test('a refused event is sent again after 2, 4, 10, 60 and 180 s, then it is a dead letter with the reason', async () => {
  const [id] = await tables.add([made()]);
  answer = () => ({ kind: 'refused', reason: 'not \0 now' });
  const relay = openRelay();
  const startMs = clock.now();
  for (let second = 0; second <= 600; second++) {
    await relay.round();
    await clock.advance(1_000);
  }
  assert.deepEqual(
    asked.map(({ atMs }) => (atMs - startMs) / 1_000),
    [0, 2, 2 + 4, 6 + 10, 16 + 60, 76 + 180],
  );
  assert.deepEqual(await rows(), [{ event_id: id, state: 'dead', attempts: 6, last_error: 'not  now' }]);
  const outcomes = /tiffin_outbox_events_total\{schema="things",topic="thing.made.v1",outcome="dead"\} 1/;
  assert.match(await metrics.text(), outcomes);
});

test('what is refused for ever is a dead letter at once', async () => {
  const [id] = await tables.add([made()]);
  answer = () => ({ kind: 'refused', reason: 'no message of the topic', isFinal: true });
  assert.deepEqual(await openRelay().round(), { claimed: 1, sent: 0, refused: 1, dead: 1, unavailable: 0 });
  assert.deepEqual(await rows(), [
    { event_id: id, state: 'dead', attempts: 1, last_error: 'no message of the topic' },
  ]);
});

test('an outage of ten minutes loses nothing and consumes no attempts', async () => {
  const ids = await tables.add(Array.from({ length: 30 }, (_, version) => made('1', version)));
  answer = () => ({ kind: 'unavailable', reason: 'broker away' });
  const relay = openRelay({ maxRows: 10 });
  for (let second = 0; second < 600; second += 5) {
    assert.equal((await relay.round()).unavailable, 10);
    await clock.advance(5_000);
  }
  assert.deepEqual(
    new Set((await rows()).map(({ attempts, state }) => `${state} ${attempts}`)),
    new Set(['pending 0']),
  );
  answer = () => ({ kind: 'sent' });
  asked = [];
  for (let round = 0; round < 3; round++) await relay.round();
  assert.deepEqual(
    asked.map(({ id }) => id),
    ids,
  );
  assert.deepEqual(await rows(), []);
});

test('a topic that is unavailable holds up no other, however many of its events come first', async () => {
  const weak = thingTopic('thing.weak.v1');
  await tables.add(Array.from({ length: 25 }, (_, version) => made('1', version, weak)));
  const ids = await tables.add(Array.from({ length: 25 }, (_, version) => made('2', version)));
  answer = ({ type }) => (type === weak.name ? { kind: 'unavailable', reason: 'weak' } : { kind: 'sent' });
  const startMs = clock.now();
  const stop = new AbortController();
  const running = openRelay({ maxRows: 10 }).run(stop.signal);
  await advanceUntil(async () => (await rows()).length === 25, 1);
  assert.ok(clock.now() - startMs < 50, 'they did not wait for the pause of the other topic');
  stop.abort();
  await running;
  const others = asked.map(({ id }) => id).filter((id) => ids.includes(id));
  assert.deepEqual(others, ids);
});

test('a topic that takes some of its events rests shortly each time', async () => {
  const ids = await tables.add(Array.from({ length: 40 }, (_, version) => made('1', version)));
  const relay = openRelay({ maxRows: 10 });
  // Room for two at a time.
  answer = ({ id }) => {
    const isTaken = ids.indexOf(id) - ids.length + left < 2;
    return isTaken ? { kind: 'sent' } : { kind: 'unavailable', reason: 'full' };
  };
  let left = ids.length;
  for (let round = 0; round < 20; round++) {
    left = (await rows()).length;
    assert.equal((await relay.round()).sent, 2, `round ${round}`);
    await clock.advance(100);
  }
  assert.deepEqual(await rows(), []);
});

test('an event of a process whose clock is ahead waits for nothing', async () => {
  await createEventTables(database, new VirtualClock(clock.now() + 3_600_000)).add([made()]);
  assert.equal((await openRelay().round()).sent, 1);
});

test('a reason that ends in half a character, or brings one, harms no event of its round', async () => {
  await tables.add([made('1'), made('2'), made('3')]);
  const reasons = ['half \ud83c', `${'x'.repeat(499)}\ud83c\udf55`];
  answer = () => ({ kind: 'refused', reason: reasons.pop() ?? 'no' });
  assert.equal((await openRelay().round()).refused, 3);
  assert.deepEqual(
    (await rows()).map(({ attempts }) => attempts),
    [1, 1, 1],
  );
});

test('a running relay asks a bus that is away less and less often, and goes on by itself', async () => {
  await tables.add([made()]);
  answer = () => ({ kind: 'unavailable', reason: 'broker away' });
  const stop = new AbortController();
  const running = openRelay().run(stop.signal);
  await advanceUntil(() => asked.length >= 9);
  const gaps = asked.slice(1, 9).map(({ atMs }, index) => atMs - (asked[index]?.atMs ?? 0));
  // Time moves by 50 ms here, and a round takes real time meanwhile.
  for (const [index, wantedMs] of [50, 100, 200, 400, 800, 1_600, 2_500, 2_500].entries()) {
    assert.ok((gaps[index] ?? 0) >= wantedMs, `${gaps}`);
  }
  answer = () => ({ kind: 'sent' });
  await advanceUntil(async () => (await rows()).length === 0);
  stop.abort();
  await running;
});

test('relays that share an outbox send different rows', async () => {
  const ids = await tables.add(Array.from({ length: 20 }, (_, version) => made('1', version)));
  const relays = [
    openRelay({ maxRows: 5 }),
    openRelay({ maxRows: 5 }),
    openRelay({ maxRows: 5 }),
    openRelay({ maxRows: 5 }),
  ];
  await Promise.all(relays.map((relay) => relay.round()));
  assert.deepEqual(asked.map(({ id }) => id).sort(), ids.toSorted());
});

test('rows of a relay that died are sent by another when its lease is over', async () => {
  const [id] = await tables.add([made()]);
  answer = () => new Promise(() => {});
  const died = openRelay({ clock: new VirtualClock() });
  void died.round();
  await advanceUntil(() => asked.length === 1);
  answer = () => ({ kind: 'sent' });
  const relay = openRelay();
  assert.equal((await relay.round()).claimed, 0);
  await clock.advance(16_000);
  assert.equal((await relay.round()).sent, 1);
  assert.deepEqual(
    asked.map((each) => each.id),
    [id, id],
  );
});

test('a lease is renewed for as long as the bus takes', async () => {
  await tables.add([made()]);
  const { promise, resolve } = Promise.withResolvers<SendOutcome>();
  answer = () => (asked.length === 1 ? promise : { kind: 'sent' });
  const slow = openRelay().round();
  await advanceUntil(() => asked.length === 1);
  const other = openRelay();
  for (let second = 0; second < 60; second++) {
    await clock.advance(1_000);
    assert.equal((await other.round()).claimed, 0, `after ${second + 1} s`);
  }
  resolve({ kind: 'sent' });
  assert.equal((await slow).sent, 1);
});

test('a relay whose lease ended cannot refuse what another has taken meanwhile', async () => {
  await tables.add([made()]);
  const { promise, resolve } = Promise.withResolvers<SendOutcome>();
  answer = () => promise;
  // It stands still: its lease is not renewed.
  const frozen = openRelay({ clock: new VirtualClock() }).round();
  await advanceUntil(() => asked.length === 1);
  await clock.advance(16_000);
  const other = Promise.withResolvers<SendOutcome>();
  answer = () => other.promise;
  const taken = openRelay().round();
  await advanceUntil(() => asked.length === 2);
  resolve({ kind: 'refused', reason: 'late' });
  await frozen;
  assert.deepEqual(
    (await rows()).map(({ attempts }) => attempts),
    [0],
  );
  other.resolve({ kind: 'sent' });
  await taken;
  assert.deepEqual(await rows(), []);
});

test('dead letters are redriven with all their attempts before them, by topic and by id', async () => {
  const other = thingTopic('thing.lost.v1');
  const ids = await tables.add([made('1'), made('2'), made('3', 1, other)]);
  const relay = openRelay();
  answer = () => ({ kind: 'refused', reason: 'never' });
  for (const waitS of [2, 4, 10, 60, 180, 0]) {
    await relay.round();
    await clock.advance(waitS * 1_000);
  }
  assert.deepEqual(
    (await rows()).map(({ state }) => state),
    ['dead', 'dead', 'dead'],
  );
  assert.equal(await relay.redrive({ topic: 'thing.none.v1' }), 0);
  assert.equal(await relay.redrive({ eventIds: [ids[1] ?? ''] }), 1);
  assert.equal(await relay.redrive({ topic: other.name }), 1);
  assert.deepEqual(
    (await rows()).map(({ state, attempts }) => `${state} ${attempts}`),
    ['dead 6', 'pending 0', 'pending 0'],
  );
  answer = () => ({ kind: 'sent' });
  assert.equal((await relay.round()).sent, 2);
  await clock.advance(31 * 86_400_000);
  assert.equal(await relay.redrive(), 0, 'inboxes may have forgotten it');
  assert.equal(await relay.discard({}), 1);
  assert.deepEqual(await rows(), []);
});

test('a running relay is woken by an event, and polls for those of others', async () => {
  const stop = new AbortController();
  const relay = openRelay();
  const running = relay.run(stop.signal);
  await advanceUntil(() => clock.pendingTimers > 0);
  await tables.add([made()]);
  const startMs = clock.now();
  relay.wake();
  await advanceUntil(() => asked.length === 1, 1);
  assert.ok(clock.now() - startMs < 500, 'before it would have polled');
  await tables.add([made()]);
  await advanceUntil(() => asked.length === 2);
  await advanceUntil(async () => (await rows()).length === 0, 1);
  await advanceUntil(() => clock.pendingTimers > 0);
  assert.match(await metrics.text(), /tiffin_outbox_oldest_pending_seconds\{schema="things"\} 0/);
  stop.abort();
  await running;
  assert.equal(clock.pendingTimers, 0);
});

test('a running relay outlives a database that fails', async () => {
  await tables.add([made()]);
  let failures = 3;
  const failing = {
    schema: database.schema,
    query: <Row extends object>(sql: string, parameters?: readonly unknown[]) =>
      failures-- > 0 ? Promise.reject(new Error('connection lost')) : database.query<Row>(sql, parameters),
  };
  const stop = new AbortController();
  const running = openRelay({ database: failing }).run(stop.signal);
  await advanceUntil(() => asked.length === 1);
  stop.abort();
  await running;
  assert.match(await metrics.text(), /tiffin_outbox_failed_rounds_total\{schema="things"\} 3/);
});

test('a state that cannot be read harms no round', async () => {
  await tables.add([made()]);
  const blind = {
    schema: database.schema,
    query: <Row extends object>(sql: string, parameters?: readonly unknown[]) =>
      sql.includes('oldest_ms')
        ? Promise.reject(new Error('too slow'))
        : database.query<Row>(sql, parameters),
  };
  const stop = new AbortController();
  const running = openRelay({ database: blind }).run(stop.signal);
  await advanceUntil(async () => (await rows()).length === 0);
  stop.abort();
  await running;
  assert.doesNotMatch(await metrics.text(), /failed_rounds_total\{/);
});

test('dead letters are counted for the gauge, and not without end', async () => {
  await tables.addMany(10_001);
  await database.query("update things.outbox set state = 'dead', dead_at = now()");
  assert.deepEqual(await readOutboxState(database), { oldestPendingMs: undefined, dead: 10_000 });
});

test('a relay that is stopped settles the batch on its way', async () => {
  await tables.add([made()]);
  const { promise, resolve } = Promise.withResolvers<SendOutcome>();
  answer = () => promise;
  const stop = new AbortController();
  const running = openRelay().run(stop.signal);
  await advanceUntil(() => asked.length === 1);
  stop.abort();
  resolve({ kind: 'sent' });
  await running;
  assert.deepEqual(await rows(), []);
});

test('a payload of more than 512 KiB, or an endless id, fails the transaction that tells it', async () => {
  const event = { ...made(), payload: { name: 'x'.repeat(512 * 1024) } };
  await assert.rejects(tables.add([event]), RangeError);
  await assert.rejects(tables.add([made('1', -1)]), RangeError);
  await assert.rejects(tables.add([made('ü'.repeat(513))]), RangeError);
  assert.deepEqual(await rows(), []);
});

async function advanceUntil(isSo: () => boolean | Promise<boolean>, stepMs = 50): Promise<void> {
  for (let step = 0; !(await isSo()); step++) {
    assert.ok(step < 2_000, 'it never came about');
    await clock.advance(stepMs);
  }
}
