import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { byAda, createDeliveryTestBed, type DeliveryTestBed, shopId } from '../delivery-test-bed.ts';
import {
  callTimeoutMs,
  createCourierCalls,
  leaseMs,
  maxCallsOfRound,
  retryDelaysMs,
  stuckAttempts,
} from './call-couriers.ts';
import type { CourierAnswer } from './courier-dispatch.ts';

let bed: DeliveryTestBed;
let metrics: ReturnType<typeof createMetrics>;
before(async () => {
  bed = await createDeliveryTestBed();
});
after(() => bed.stop());
beforeEach(async () => {
  metrics = createMetrics();
  await bed.clear();
});

type Options = Partial<Parameters<typeof createCourierCalls>[0]>;
/** A process that calls couriers. */
const caller = (options: Options = {}) => createCourierCalls({ ...bed.deps, metrics, ...options });
const references = () => bed.dispatch.asked.map(({ request }) => request.reference);
const refuse = (): CourierAnswer => ({ kind: 'refused', reason: 'nobody is free' });
const pending = () => Promise.withResolvers<CourierAnswer>();
const waiting = () =>
  bed.deps.database.query<{ attempts: number; last_error: string; due_in_ms: string }>(
    `select attempts, last_error, (extract(epoch from due_at) * 1000)::bigint - ? as due_in_ms
     from delivery.delivery where status = 'REQUESTED' order by id`,
    [bed.clock.now()],
  );
async function counted(outcome: string): Promise<number> {
  const line = new RegExp(`tiffin_delivery_courier_calls_total\\{outcome="${outcome}"\\} (\\d+)`);
  return Number(line.exec(await metrics.text())?.[1] ?? 0);
}
async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo(); turn++) {
    assert.ok(turn < 10_000, 'It never comes to that.');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a delivery gets a courier, which is told once', async () => {
  const [id = ''] = await bed.pay(1);
  const requestedAt = new Date(bed.clock.now());
  await bed.clock.advance(400);
  assert.equal(await caller().round(), 1);
  const { orderId, ...delivery } = await bed.getDelivery(id);
  assert.partialDeepStrictEqual(delivery, {
    status: 'DELIVERY_STATUS_ASSIGNED',
    courierName: 'Ada K.',
    requestedAt,
    changedAt: new Date(bed.clock.now()),
    version: 2,
  });
  assert.deepEqual(await bed.told(), [
    {
      topic: 'delivery.changed.v1',
      aggregateId: id,
      version: 2,
      deliveryId: id,
      orderId,
      status: 'DELIVERY_STATUS_ASSIGNED',
    },
  ]);
  const [asked] = bed.dispatch.asked;
  assert.deepEqual(asked?.request, { reference: id, orderId, shopId });
  assert.equal(asked?.limits.deadlineMs, bed.clock.now() + callTimeoutMs);
  const rows = await bed.deps.database.query('select courier_reference, due_at from delivery.delivery');
  assert.deepEqual(rows, [{ courier_reference: `trip-${id}`, due_at: null }]);
  assert.equal(await caller().round(), 0);
  assert.equal(await counted('assigned'), 1);
});

test('no transaction is open while the dispatch is asked', async () => {
  await bed.pay(1);
  // The embedded engine is one session: this would wait for a transaction, and a transaction for this.
  bed.dispatch.answer = async ({ reference }) => {
    await bed.deps.database.transaction((em) => em.execute('select 1'));
    return byAda(reference);
  };
  await caller().round();
  assert.equal(await counted('assigned'), 1);
});

test('a round takes a bounded number, the one that is due longest first', async () => {
  const ids: string[] = [];
  for (let n = 0; n <= maxCallsOfRound; n++) {
    ids.push(...(await bed.pay(1)));
    await bed.clock.advance(1);
  }
  assert.equal(await caller().round(), maxCallsOfRound);
  assert.deepEqual(references().toSorted(), ids.slice(0, maxCallsOfRound).toSorted());
  assert.equal(await caller().round(), 1);
});

const failures = {
  'a refusal': { answer: refuse, outcome: 'refused', reason: 'nobody is free' },
  'a long refusal with a NUL': {
    answer: (): CourierAnswer => ({ kind: 'refused', reason: `\0${'x'.repeat(300)}` }),
    outcome: 'refused',
    reason: 'x'.repeat(200),
  },
  'a dispatch that is away': {
    answer: () => Promise.reject(new AppError('UNAVAILABLE', { retryAfterMs: 1 })),
    outcome: 'failed',
    reason: 'UNAVAILABLE',
  },
  'a defect, which says where it is and not who': {
    answer: () => Promise.reject(new TypeError('no trip\n\0of +49 (170) 123-4567, ask ada@tiffin.example')),
    outcome: 'failed',
    reason: 'INTERNAL: no trip of [redacted], ask [redacted]',
  },
  'a defect with many words': {
    answer: () => Promise.reject(new Error('x'.repeat(10_000))),
    outcome: 'failed',
    reason: `INTERNAL: ${'x'.repeat(190)}`,
  },
  'a courier without a name': {
    answer: (): CourierAnswer => ({ kind: 'assigned', courierName: ' ', courierReference: '1' }),
    outcome: 'failed',
    reason: 'an answer that cannot be used',
  },
  'a courier with too long a name': {
    answer: (): CourierAnswer => ({ kind: 'assigned', courierName: 'x'.repeat(81), courierReference: '1' }),
    outcome: 'failed',
    reason: 'an answer that cannot be used',
  },
  'a trip whose reference no column takes': {
    answer: (): CourierAnswer => ({ kind: 'assigned', courierName: 'Ada', courierReference: 'a\0' }),
    outcome: 'failed',
    reason: 'an answer that cannot be used',
  },
};
for (const [name, { answer, outcome, reason }] of Object.entries(failures)) {
  test(`after ${name} the call is made again, and the others' are not held up`, async () => {
    const [id, other] = await bed.pay(2);
    bed.dispatch.answer = ({ reference }) => (reference === id ? answer() : byAda(reference));
    await caller().round();
    const dueInMs = String(retryDelaysMs[0]);
    assert.deepEqual(await waiting(), [{ attempts: 1, last_error: reason, due_in_ms: dueInMs }]);
    assert.deepEqual([await counted(outcome), await counted('assigned')], [1, 1]);
    assert.deepEqual(
      (await bed.told()).map(({ deliveryId }) => deliveryId),
      [other],
    );
    bed.dispatch.answer = ({ reference }) => byAda(reference);
    await bed.clock.advance(retryDelaysMs[0] - 1);
    assert.equal(await caller().round(), 0);
    await bed.clock.advance(1);
    assert.equal(await caller().round(), 1);
    assert.deepEqual(await waiting(), []);
  });
}

test('a dispatch that does not answer is given up at its deadline, and told so', async () => {
  await bed.pay(1);
  bed.dispatch.answer = () => pending().promise;
  const round = caller().round();
  await until(() => bed.dispatch.asked.length === 1);
  const [asked] = bed.dispatch.asked;
  await bed.clock.advance(callTimeoutMs - 1);
  assert.equal(asked?.limits.signal.aborted, false);
  await bed.clock.advance(1);
  await round;
  assert.equal(asked?.limits.signal.aborted, true);
  const dueInMs = String(retryDelaysMs[0]);
  assert.deepEqual(await waiting(), [{ attempts: 1, last_error: 'no answer in time', due_in_ms: dueInMs }]);
});

test('refusals are asked about again for ever, in pauses that grow up to a bound, and somebody hears of it', async () => {
  await bed.pay(1);
  bed.dispatch.answer = refuse;
  const errors: unknown[] = [];
  const logger = { warn: () => {}, error: (fields: unknown) => errors.push(fields) };
  const calls = caller({ logger: { ...silentLogger, ...logger } });
  const startMs = bed.clock.now();
  for (let second = 0; second <= 600; second++) {
    await calls.round();
    await bed.clock.advance(1_000);
  }
  const pauses = bed.dispatch.asked.map(({ atMs }, index) =>
    index === 0 ? atMs - startMs : atMs - (bed.dispatch.asked[index - 1]?.atMs ?? 0),
  );
  assert.deepEqual(pauses.slice(0, 9), [0, ...retryDelaysMs, 30_000, 30_000]);
  assert.equal(new Set(pauses.slice(7)).size, 1);
  assert.equal(errors.length, 1);
  assert.equal((await waiting())[0]?.attempts, bed.dispatch.asked.length);
  assert.ok(bed.dispatch.asked.length > stuckAttempts);
});

test('a dispatch that is away for ten minutes loses nothing, and nobody waits longer than the last pause', async () => {
  const ids = await bed.pay(120);
  bed.dispatch.answer = () => Promise.reject(new AppError('UNAVAILABLE', { retryAfterMs: 1 }));
  const calls = caller();
  for (let second = 0; second < 600; second++) {
    await calls.round();
    await bed.clock.advance(1_000);
  }
  assert.equal((await waiting()).length, 120);
  assert.deepEqual(await bed.told(), []);
  bed.dispatch.asked.splice(0);
  bed.dispatch.answer = ({ reference }) => byAda(reference);
  for (let second = 0; second <= 30; second++) {
    await calls.round();
    await bed.clock.advance(1_000);
  }
  assert.deepEqual(references().toSorted(), ids.toSorted());
  assert.deepEqual((await bed.told()).map(({ deliveryId }) => deliveryId).toSorted(), ids.toSorted());
  assert.deepEqual(await waiting(), []);
});

test('a process that dies between the answer and its commit has the call made again, under the same reference', async () => {
  const [id] = await bed.pay(1);
  const { database } = bed.deps;
  let died = 0;
  const dying = caller({
    database: {
      ...database,
      transaction: (work, budget) =>
        database.transaction(async (em) => {
          await work(em);
          died++;
          throw new Error('the process dies');
        }, budget),
    },
  });
  await assert.rejects(dying.round(), /the process dies/);
  assert.equal(died, 1);
  assert.deepEqual(await bed.told(), []);
  const survivor = caller();
  await bed.clock.advance(leaseMs - 1);
  assert.equal(await survivor.round(), 0, 'its lease goes on');
  await bed.clock.advance(1);
  assert.equal(await survivor.round(), 1);
  assert.deepEqual(references(), [id, id]);
  assert.deepEqual(
    (await bed.told()).map(({ deliveryId, status }) => [deliveryId, status]),
    [[id, 'DELIVERY_STATUS_ASSIGNED']],
  );
});

/**
 * A process that stands still for longer than its lease, until the dispatch has answered it. Meanwhile another process
 * has claimed the delivery, and waits for an answer of its own.
 */
async function overtaken(late: CourierAnswer) {
  const [first, second] = [pending(), pending()];
  bed.dispatch.answer = () => (bed.dispatch.asked.length === 1 ? first : second).promise;
  const frozen = caller({ clock: new VirtualClock(bed.clock.now()) }).round();
  await until(() => bed.dispatch.asked.length === 1);
  await bed.clock.advance(leaseMs);
  const round = caller().round();
  await until(() => bed.dispatch.asked.length === 2);
  first.resolve(late);
  await frozen;
  return { answer: second.resolve, round };
}

test('the late refusal of a process whose lease ended leaves the call of the next one alone', async () => {
  const [id = ''] = await bed.pay(1);
  const other = await overtaken(refuse());
  assert.deepEqual(await waiting(), [{ attempts: 0, last_error: '', due_in_ms: String(leaseMs) }]);
  await bed.clock.advance(retryDelaysMs[0]);
  assert.equal(await caller().round(), 0, 'nobody makes a third call beside it');
  other.answer(byAda(id));
  await other.round;
  assert.equal((await bed.told()).length, 1);
  assert.deepEqual([await counted('assigned'), await counted('overtaken')], [1, 1]);
});

test('the late answer of a process whose lease ended is not written, and told no second time', async () => {
  const [id = ''] = await bed.pay(1);
  const other = await overtaken({ kind: 'assigned', courierName: 'Too Late', courierReference: 'late' });
  assert.equal((await bed.getDelivery(id)).status, 'DELIVERY_STATUS_REQUESTED');
  other.answer(byAda(id));
  await other.round;
  assert.equal((await bed.getDelivery(id)).courierName, 'Ada K.');
  assert.equal((await bed.told()).length, 1);
  assert.deepEqual([await counted('assigned'), await counted('overtaken')], [1, 1]);
});

const stops = {
  'is handed on to the dispatch': {
    answer: (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    takesMs: 0,
  },
  'waits for a dispatch that does not heed it as long as for any': {
    answer: () => pending().promise,
    takesMs: callTimeoutMs,
  },
};
for (const [name, { answer, takesMs }] of Object.entries(stops)) {
  test(`a stop ${name}, is no failed call, and the next process calls when the lease ends`, async () => {
    const [id = ''] = await bed.pay(1);
    const stop = new AbortController();
    bed.dispatch.answer = (_request, { signal }) => answer(signal);
    const round = caller().round(stop.signal);
    await until(() => bed.dispatch.asked.length === 1);
    stop.abort();
    await bed.clock.advance(takesMs);
    await round;
    const dueInMs = String(leaseMs - takesMs);
    assert.deepEqual(await waiting(), [{ attempts: 0, last_error: '', due_in_ms: dueInMs }]);
    assert.deepEqual([await counted('stopped'), await counted('failed')], [1, 0]);
    bed.dispatch.answer = () => byAda(id);
    await bed.clock.advance(leaseMs - takesMs);
    assert.equal(await caller().round(), 1);
    assert.equal((await bed.told()).length, 1);
  });
}

test('an answer that comes during a stop is written', async () => {
  const [id = ''] = await bed.pay(1);
  const stop = new AbortController();
  const answer = pending();
  bed.dispatch.answer = () => answer.promise;
  const round = caller().round(stop.signal);
  await until(() => bed.dispatch.asked.length === 1);
  stop.abort();
  answer.resolve(byAda(id));
  await round;
  assert.equal((await bed.told()).length, 1);
});
