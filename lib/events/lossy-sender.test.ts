import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { type Thing, thingCodec } from '../testing/event-bed.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import type { SendOutcome } from './event-bus.ts';
import { createLossySender, type LossySenderOptions } from './lossy-sender.ts';
import { defineTopic, type Partitioning } from './topic.ts';

const topic = defineTopic({
  name: 'thing.seen.v1',
  class: 'lossy',
  codec: thingCodec,
  partitioning: 'modulo',
});
const sent: SendOutcome = { kind: 'sent' };

function setUp(options: Partial<LossySenderOptions<Thing>> = {}) {
  const clock = new VirtualClock();
  const metrics = createMetrics();
  const sends: { events: readonly Event[]; partitioning: Partitioning | undefined }[] = [];
  const bus = {
    answer: async (events: readonly Event[]): Promise<readonly SendOutcome[]> => events.map(() => sent),
    send(events: readonly Event[], partitioning?: Partitioning) {
      sends.push({ events, partitioning });
      return bus.answer(events);
    },
  };
  let ids = 0;
  const newEventId = () => `e${++ids}`;
  const sender = createLossySender({
    topic,
    bus,
    clock,
    metrics,
    logger: silentLogger,
    newEventId,
    ...options,
  });
  const add = (aggregateId = '7', name = 'pan') => sender.add({ aggregateId, payload: { name } });
  async function counted(outcome: string): Promise<number> {
    const line = new RegExp(`^tiffin_lossy_events_total\\{.*outcome="${outcome}"\\} (\\d+)$`, 'm');
    return Number(line.exec(await metrics.text())?.[1] ?? 0);
  }
  async function unsent(): Promise<number> {
    const line = /^tiffin_lossy_events_unsent\{topic="thing.seen.v1"\} (\d+)$/m;
    return Number(line.exec(await metrics.text())?.[1]);
  }
  return { clock, bus, sends, sender, add, counted, unsent };
}

describe('events that may be lost', () => {
  it('go a hundred at a time, at once, in the order in which they came, with the partitioning of their topic', async () => {
    const { sends, add, clock, counted } = setUp();
    for (let n = 0; n < 250; n++) assert.equal(add(String(n % 3), `thing ${n}`), true);
    await clock.advance(0);
    assert.deepEqual(
      sends.map(({ events, partitioning }) => [events.length, partitioning]),
      [
        [100, 'modulo'],
        [100, 'modulo'],
        [50, 'modulo'],
      ],
    );
    const names = sends.flatMap(({ events }) => events.map(({ payload }) => thingCodec.decode(payload).name));
    assert.deepEqual(
      names,
      Array.from({ length: 250 }, (_, n) => `thing ${n}`),
    );
    assert.equal(await counted('sent'), 250);
  });

  it('wait for others for 50 ms and no longer', async () => {
    const { sends, add, clock } = setUp();
    add();
    await clock.advance(49);
    assert.equal(sends.length, 0);
    add();
    await clock.advance(1);
    assert.deepEqual(
      sends.map(({ events }) => events.map(({ id, type, aggregateId }) => [id, type, aggregateId])),
      [
        [
          ['e1', 'thing.seen.v1', '7'],
          ['e2', 'thing.seen.v1', '7'],
        ],
      ],
    );
  });

  it('are dropped at the door while too many wait for a bus that does not answer, and counted', async () => {
    const { bus, sends, add, clock, counted } = setUp({ maxUnsent: 150 });
    const { promise, resolve } = Promise.withResolvers<void>();
    bus.answer = async (events) => {
      await promise;
      return events.map(() => sent);
    };
    const taken = Array.from({ length: 200 }, () => add()).filter(Boolean).length;
    assert.equal(taken, 150);
    await clock.advance(1_000);
    assert.equal(sends.length, 1, 'one send is under way');
    assert.deepEqual([await counted('dropped'), await counted('sent')], [50, 0]);
    resolve();
    await clock.advance(0);
    assert.equal(await counted('sent'), 150);
    assert.equal(add(), true, 'there is room again');
  });

  it('are a number while nothing is known of them, those under way too, whatever becomes of them', async () => {
    const { bus, add, clock, unsent } = setUp({ maxUnsent: 150 });
    const { promise, reject } = Promise.withResolvers<never>();
    bus.answer = () => promise;
    assert.equal(await unsent(), 0, 'from the start on');
    for (let n = 0; n < 200; n++) add();
    assert.equal(await unsent(), 150, 'what was dropped at the door is not at stake');
    await clock.advance(1_000);
    assert.equal(await unsent(), 150, 'a hundred are under way');
    reject(new Error('away'));
    await clock.advance(0);
    assert.equal(await unsent(), 0);
  });

  it('that a stop leaves behind stay a number, and those that it sends do not', async () => {
    const sending = setUp();
    sending.add();
    await sending.sender.stop();
    assert.equal(await sending.unsent(), 0);
    const hanging = setUp();
    hanging.bus.answer = () => new Promise(() => {});
    hanging.add();
    const stopped = hanging.sender.stop();
    await hanging.clock.advance(500);
    await stopped;
    assert.equal(await hanging.unsent(), 1);
  });

  it('have a bound of bytes too', () => {
    const { add } = setUp({ maxUnsentBytes: 100 });
    assert.equal(add('7', 'x'.repeat(60)), true);
    assert.equal(add('7', 'x'.repeat(60)), false);
  });

  it('that the bus could not send are counted by why, also where it throws', async () => {
    const { bus, add, clock, counted } = setUp({ maxEvents: 2 });
    bus.answer = async () => [
      { kind: 'unavailable', reason: 'away' },
      { kind: 'refused', reason: 'odd' },
    ];
    add();
    add();
    await clock.advance(0);
    bus.answer = () => Promise.reject(new Error('a defect'));
    add();
    await clock.advance(50);
    assert.deepEqual(
      [await counted('unavailable'), await counted('refused'), await counted('sent')],
      [2, 1, 0],
    );
  });

  it('are sent at a stop, and none is taken after it', async () => {
    const { sends, sender, add, counted } = setUp();
    add();
    await sender.stop();
    assert.equal(sends.length, 1);
    assert.equal(add(), false);
    assert.equal(await counted('dropped'), 1);
  });

  it('do not hold a stop for longer than half a second', async () => {
    const { bus, sender, add, clock } = setUp();
    bus.answer = () => new Promise(() => {});
    add();
    let isStopped = false;
    void sender.stop().then(() => {
      isStopped = true;
    });
    await clock.advance(499);
    assert.equal(isStopped, false);
    await clock.advance(1);
    assert.equal(isStopped, true);
  });
});
