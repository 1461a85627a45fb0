import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { createClient } from 'graphql-sse';
import type { EventClient } from '../testing/event-client.ts';
import {
  type LiveBed,
  type LiveBedOptions,
  metricOf,
  orderStatus,
  quiet,
  startLiveBed,
  until,
} from '../testing/live-bed.ts';

const limit = { timeout: 20_000 };

async function bedFor(t: TestContext, options: LiveBedOptions = {}): Promise<LiveBed> {
  const bed = await startLiveBed(options);
  t.after(() => bed.close());
  return bed;
}

const status = (value: string) => ({ kind: 'next', result: { data: { order: { status: value } } } });
const complete = { kind: 'complete' };

/** Nothing of any subscription is left. */
async function assertNothingLeft({ clock, signals, metrics }: LiveBed): Promise<void> {
  assert.equal(await metricOf(metrics, 'tiffin_live_subscriptions'), 0);
  assert.equal(signals.listeners, 0);
  assert.equal(clock.pendingTimers, 0);
}

const ended = (bed: LiveBed, reason: string) =>
  metricOf(bed.metrics, `tiffin_live_subscriptions_ended_total{reason="${reason}"}`);

for (const executor of ['compiled', 'apollo'] as const) {
  test(`${executor}: the first event is the current state, changes follow signals`, limit, async (t) => {
    const bed = await bedFor(t, { executor });
    const query =
      'subscription ($id: ID!) { order(id: $id) { ...Status } } fragment Status on Order { status shop { name } }';
    const events = await bed.open({ body: { query, variables: { id: '1' } } });
    assert.equal(events.status, 200);
    assert.match(events.headers['content-type'] ?? '', /^text\/event-stream/);
    assert.equal(events.headers['x-request-id'], 'made-here');
    const state = (value: string) => ({ data: { order: { status: value, shop: { name: 'Shop s1' } } } });
    assert.deepEqual(await events.next(), { kind: 'next', result: state('PAID') });
    await bed.clock.advance(100);
    bed.orders.statuses.set('1', 'COOKING');
    bed.signals.publish('order:1');
    assert.deepEqual(await events.next(), { kind: 'next', result: state('COOKING') });
    assert.equal(await metricOf(bed.metrics, 'tiffin_live_events_total'), 2);
    events.leave();
  });
}

test('a signal without a change sends nothing, one for another order reads nothing', limit, async (t) => {
  const bed = await bedFor(t);
  const events = await bed.open();
  await events.next();
  await bed.clock.advance(100);
  bed.signals.publish('order:2');
  await bed.clock.advance(200);
  assert.equal(bed.orders.reads, 1);
  bed.signals.publish('order:1');
  await until(() => bed.orders.reads === 2);
  await quiet();
  assert.deepEqual(events.unread, []);
  events.leave();
});

test('a change without a signal is seen by the next look, after 10 s', limit, async (t) => {
  const bed = await bedFor(t);
  const events = await bed.open();
  await events.next();
  bed.orders.statuses.set('1', 'LOST SIGNAL');
  await bed.clock.advance(9_999);
  assert.equal(bed.orders.reads, 1);
  await bed.clock.advance(1);
  assert.deepEqual(await events.next(), status('LOST SIGNAL'));
  events.leave();
});

test('a null and a failure are results too, and their end is one more', limit, async (t) => {
  const bed = await bedFor(t);
  const query = 'subscription ($id: ID!) { order(id: $id) { status failing } }';
  const events = await bed.open({ body: { query, variables: { id: '9' } } });
  assert.deepEqual(await events.next(), { kind: 'next', result: { data: { order: null } } });
  bed.orders.statuses.set('9', 'NEW');
  await bed.clock.advance(10_000);
  const failed = await events.next();
  assert.doesNotMatch(JSON.stringify(failed), /secret/);
  assert.deepEqual(failed, {
    kind: 'next',
    result: {
      data: { order: { status: 'NEW', failing: null } },
      errors: [
        {
          message: 'Something went wrong on our side.',
          path: ['order', 'failing'],
          extensions: { code: 'INTERNAL' },
        },
      ],
    },
  });
  events.leave();
});

test('a read that takes too long is a result, and the next one may be better', limit, async (t) => {
  const bed = await bedFor(t);
  bed.orders.onRead = () => new Promise(() => {});
  const events = await bed.open();
  await until(() => bed.orders.reads === 1);
  await bed.clock.advance(5_100);
  const slow = JSON.stringify(await events.next());
  assert.match(slow, /DEADLINE_EXCEEDED/);
  bed.orders.onRead = () => undefined;
  await bed.clock.advance(10_000);
  assert.deepEqual(await events.next(), status('PAID'));
  events.leave();
});

test('a client that leaves leaves nothing behind, and its read is aborted', limit, async (t) => {
  const bed = await bedFor(t);
  const events = await bed.open();
  await events.next();
  assert.equal(bed.signals.listeners, 1);
  // The ping, the end and the next look.
  assert.equal(bed.clock.pendingTimers, 3);
  let signal: AbortSignal | undefined;
  bed.orders.onRead = ({ call }) => {
    signal = call.signal;
    return new Promise(() => {});
  };
  await bed.clock.advance(10_000);
  await until(() => signal !== undefined);
  events.leave();
  await until(() => bed.signals.listeners === 0);
  assert.equal(signal?.aborted, true);
  // The grace of fetches that were under way.
  await bed.clock.advance(100);
  await assertNothingLeft(bed);
  assert.equal(await ended(bed, 'client'), 1);
});

test('a user may have as many as are allowed, and not one more', limit, async (t) => {
  const bed = await bedFor(t, { live: { maxOpenPerOwner: 2 } });
  const body = { query: orderStatus, variables: { id: '1' } };
  const by = (user: string) => bed.open({ body, headers: { authorization: `Bearer ${user}` } });
  const own = [await by('7'), await by('7')];
  assert.deepEqual(await Promise.all(own.map((one) => one.next())), [status('PAID'), status('PAID')]);
  const refused = await by('7');
  assert.equal(refused.status, 429);
  assert.match(refused.headers['content-type'] ?? '', /^application\/json/);
  const { errors } = JSON.parse(await refused.body());
  assert.deepEqual(errors[0].extensions, { code: 'RATE_LIMITED', retryAfterMs: 5_000 });
  const others = [await by('8'), await bed.open(), await bed.open()];
  assert.deepEqual(
    others.map((one) => one.status),
    [200, 200, 200],
  );
  assert.equal((await bed.open()).status, 429);
  own[0]?.leave();
  await until(() => bed.signals.listeners === 4);
  assert.equal((await by('7')).status, 200);
});

test('a process has room for as many as it says, and not one more', limit, async (t) => {
  const bed = await bedFor(t, { live: { maxOpen: 3 } });
  const open: EventClient[] = [];
  for (let count = 0; count < 3; count++) open.push(await bed.open());
  assert.deepEqual(
    open.map((one) => one.status),
    [200, 200, 200],
  );
  assert.equal((await bed.open()).status, 429);
  open[0]?.leave();
  await until(() => bed.signals.listeners === 2);
  assert.equal((await bed.open()).status, 200);
});

test('a stopping process completes all, and lets no more in', limit, async (t) => {
  let isReady = true;
  const bed = await bedFor(t, { isReady: () => isReady });
  const open = [await bed.open(), await bed.open()];
  for (const one of open) await one.next();
  isReady = false;
  assert.equal((await bed.open()).status, 503);
  await bed.app.close();
  for (const one of open) {
    assert.deepEqual(await one.next(), complete);
    await one.ended;
  }
  await assertNothingLeft(bed);
  assert.equal(await ended(bed, 'drain'), 2);
});

test('a subscription is completed when it is old', limit, async (t) => {
  const bed = await bedFor(t);
  const events = await bed.open();
  await events.next();
  const ageMs = 0.95 * 30 * 60_000;
  await bed.clock.advance(ageMs - 1);
  assert.deepEqual(events.unread, []);
  await bed.clock.advance(1);
  assert.deepEqual(await events.next(), complete);
  await events.ended;
  await until(() => bed.clock.pendingTimers === 0);
  await assertNothingLeft(bed);
  assert.equal(await ended(bed, 'deadline'), 1);
});

test('when the token expires nothing more is read, and the subscription is completed', limit, async (t) => {
  const expiresInSeconds = 60;
  let isGood = true;
  const bed = await bedFor(t, {
    tokens: {
      verify: async () => {
        if (!isGood) throw new AppError('UNAUTHENTICATED', {});
        return { kind: 'user', userId: '7', roles: [] };
      },
    },
  });
  const claims = { exp: bed.clock.now() / 1_000 + expiresInSeconds };
  const token = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
  const body = { query: orderStatus, variables: { id: '1' } };
  const open = () => bed.open({ body, headers: { authorization: `Bearer ${token}` } });
  const [timed, revoked] = [await open(), await open()];
  await timed.next();
  await revoked.next();
  await bed.clock.advance(59_999);
  assert.deepEqual(timed.unread, []);
  await bed.clock.advance(1);
  assert.deepEqual(await timed.next(), complete);
  assert.deepEqual(await revoked.next(), complete);
  assert.equal(await ended(bed, 'token'), 2);
  // Without a claim that can be read, the next run finds out.
  const unclear = await bed.open({ body, headers: { authorization: 'Bearer opaque' } });
  await unclear.next();
  isGood = false;
  const { reads } = bed.orders;
  await bed.clock.advance(10_000);
  assert.deepEqual(await unclear.next(), complete);
  assert.equal(bed.orders.reads, reads);
});

test('a bad token is refused before anything is opened', limit, async (t) => {
  const bed = await bedFor(t);
  const body = { query: orderStatus, variables: { id: '1' } };
  const refused = await bed.open({ body, headers: { authorization: 'Bearer bad' } });
  assert.equal(refused.status, 401);
  await assertNothingLeft(bed);
});

test('a client that stays stuck for 30 s is cut off, and gets no states piled up', limit, async (t) => {
  const bed = await bedFor(t);
  bed.orders.statuses.set('1', 'x'.repeat(16 * 1024 * 1024));
  const events = await bed.open();
  events.pause();
  await until(() => bed.clock.pendingTimers === 4);
  for (const value of ['COOKING', 'READY']) {
    bed.orders.statuses.set('1', value);
    await bed.clock.advance(10_000);
  }
  assert.equal(await metricOf(bed.metrics, 'tiffin_live_events_total'), 1);
  await bed.clock.advance(10_000);
  assert.equal(await ended(bed, 'stuck'), 1);
  await assertNothingLeft(bed);
  events.resume();
  await assert.rejects(events.ended);
});

test('the queries of all subscriptions take turns', limit, async (t) => {
  const bed = await bedFor(t, { live: { maxRuns: 1 } });
  const first = Promise.withResolvers<void>();
  bed.orders.onRead = () => first.promise;
  const one = await bed.open();
  await until(() => bed.orders.reads === 1);
  const [two, three] = [await bed.open(), await bed.open()];
  await quiet();
  assert.equal(bed.orders.reads, 1);
  assert.equal(await metricOf(bed.metrics, 'tiffin_live_queries_waiting'), 2);
  two.leave();
  await until(() => bed.signals.listeners === 2);
  assert.equal(await metricOf(bed.metrics, 'tiffin_live_queries_waiting'), 1);
  first.resolve();
  assert.deepEqual([await one.next(), await three.next()], [status('PAID'), status('PAID')]);
  assert.equal(bed.orders.reads, 2);
});

test('a silent stream is pinged each 15 s', limit, async (t) => {
  const bed = await bedFor(t);
  const events = await bed.open();
  assert.deepEqual(await events.nextOfAll(), { kind: 'ping' });
  assert.deepEqual(await events.nextOfAll(), status('PAID'));
  await bed.clock.advance(15_000);
  assert.deepEqual(await events.nextOfAll(), { kind: 'ping' });
  events.leave();
});

const untwinned =
  /Subscription\.(lonely|ticket) cannot be served: this gateway answers a subscription by the field of Query/;
const refusedOnes: [what: string, body: object, message: RegExp][] = [
  ['a field without a twin', { query: 'subscription { lonely(id: "1") { id } }' }, untwinned],
  ['a field whose twin differs', { query: 'subscription { ticket { id } }' }, untwinned],
  [
    'two fields',
    { query: 'subscription { me order(id: "1") { id } }' },
    /must select only one top level field/,
  ],
  ['an unknown field', { query: 'subscription { you }' }, /^Cannot query field "you"/],
  ['a text that does not parse', { query: 'subscription {' }, /^Syntax Error/],
  ['a bad variable', { query: orderStatus, variables: { id: {} } }, /^Variable "\$id" got invalid value/],
  ['@skip on the field', { query: 'subscription { me @skip(if: true) }' }, /neither @skip nor @include/],
  [
    'more text than is kept',
    { query: `${orderStatus} #${'x'.repeat(16_384)}`, variables: { id: '1' } },
    /may have 16384 characters at most/,
  ],
];
for (const [what, body, message] of refusedOnes) {
  test(`${what} is refused by an event, as the protocol says`, limit, async (t) => {
    const bed = await bedFor(t);
    const events = await bed.open({ body });
    assert.equal(events.status, 200);
    const event = await events.next();
    assert.ok(event.kind === 'next');
    const { errors, data } = event.result as {
      errors: { message: string; extensions: unknown }[];
      data?: unknown;
    };
    assert.match(errors[0]?.message ?? '', message);
    assert.deepEqual(errors[0]?.extensions, { code: 'MALFORMED_REQUEST' });
    assert.equal(data, undefined);
    assert.deepEqual(await events.next(), complete);
    await events.ended;
    await assertNothingLeft(bed);
  });
}

test('a request that is none is refused in JSON', limit, async (t) => {
  const bed = await bedFor(t);
  const refused = await bed.open({ body: {} });
  assert.equal(refused.status, 400);
  assert.deepEqual(JSON.parse(await refused.body()), {
    errors: [{ message: 'Missing query', extensions: { code: 'MALFORMED_REQUEST' } }],
  });
});

const touch = 'mutation { touch { ... on TouchSuccess { order { status } } } }';

test('queries and mutations are one event, by GET queries only', limit, async (t) => {
  const bed = await bedFor(t);
  const query = await bed.open({ body: { query: '{ me }' }, headers: { authorization: 'Bearer 7' } });
  assert.deepEqual(await query.next(), { kind: 'next', result: { data: { me: '7' } } });
  assert.deepEqual(await query.next(), complete);
  const mutation = await bed.open({ body: { query: touch } });
  assert.deepEqual(await mutation.next(), {
    kind: 'next',
    result: { data: { touch: { order: { status: 'TOUCHED' } } } },
  });
  assert.deepEqual(await mutation.next(), complete);
  await mutation.ended;
  const { url } = bed;
  const byGet = (text: string) =>
    fetch(`${url}?${new URLSearchParams({ query: text })}`, { headers: { accept: 'text/event-stream' } });
  assert.match(
    await (await byGet('{ me }')).text(),
    /^:\n\nevent: next\ndata: {"data":{"me":"anonymous"}}\n\n/,
  );
  const refused = await byGet(touch);
  assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'POST']);
  await quiet();
  await assertNothingLeft(bed);
});

test(
  'who accepts JSON as well gets events for subscriptions only; who accepts only JSON is told',
  limit,
  async (t) => {
    const bed = await bedFor(t);
    const accept = 'application/graphql-response+json, application/json, text/event-stream';
    const query = await bed.open({ body: { query: '{ me }' }, headers: { accept } });
    assert.deepEqual(JSON.parse(await query.body()), { data: { me: 'anonymous' } });
    const body = { query: orderStatus, variables: { id: '1' } };
    const events = await bed.open({ body, headers: { accept } });
    assert.deepEqual(await events.next(), status('PAID'));
    const refused = await bed.open({ body, headers: { accept: 'application/json' } });
    assert.match(await refused.body(), /accept text\/event-stream/);
    events.leave();
  },
);

test('by GET, as EventSource and GraphiQL ask', limit, async (t) => {
  const bed = await bedFor(t);
  const parameters = new URLSearchParams({ query: orderStatus, variables: '{"id":"1"}' });
  const response = await fetch(`${bed.url}?${parameters}`, { headers: { accept: 'text/event-stream' } });
  const { value } = (await response.body?.getReader().read()) ?? {};
  assert.match(Buffer.from(value ?? []).toString(), /^:\n\n/);
});

test('the client of graphql-sse understands all of it', limit, async (t) => {
  const bed = await bedFor(t);
  const client = createClient({ url: bed.url, retryAttempts: 0 });
  const results = client.iterate<{ order: { status: string } }>({
    query: orderStatus,
    variables: { id: '1' },
  });
  assert.deepEqual((await results.next()).value, { data: { order: { status: 'PAID' } } });
  await bed.clock.advance(100);
  bed.orders.statuses.set('1', 'COOKING');
  bed.signals.publish('order:1');
  assert.deepEqual((await results.next()).value, { data: { order: { status: 'COOKING' } } });
  const end = results.next();
  await bed.clock.advance(30 * 60_000);
  assert.equal((await end).done, true);
  client.dispose();
});
