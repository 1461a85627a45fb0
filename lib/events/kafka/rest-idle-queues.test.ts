import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
// Mends the queue when it is loaded, as it does in every process that talks to Kafka.
import './kafka-client.ts';

interface Queue {
  push(request: object): void;
  fulfillRequest(answer: object): void;
  maybeThrottle(pauseMs: number): void;
}

const require = createRequire(import.meta.url);
const RequestQueue = require('kafkajs/src/network/requestQueue') as new (options: object) => Queue;

function setUp(t: TestContext) {
  const START_MS = Date.UTC(2030, 0, 1);
  t.mock.timers.enable({ apis: ['Date'], now: START_MS });
  const timers: { readonly run: () => void; readonly dueMs: number }[] = [];
  t.mock.method(globalThis, 'setTimeout', (run: () => void, delayMs: number) => {
    assert.ok(delayMs > 0, `a timer of ${delayMs} ms`);
    return timers.push({ run, dueMs: Date.now() + delayMs });
  });
  const sent: number[] = [];
  const queue = new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: 1_000,
    enforceRequestTimeout: false,
    clientId: 'probe',
    broker: 'probe:9092',
    logger: { debug() {}, warn() {} },
  });
  return {
    queue,
    sent,
    timers,
    push(correlationId: number) {
      const entry = { correlationId, resolve() {}, reject() {} };
      queue.push({ entry, expectResponse: true, sendRequest: () => sent.push(correlationId) });
    },
    answer: (correlationId: number) => queue.fulfillRequest({ correlationId, size: 0, payload: null }),
    /** Runs the timers that fall due up to then, once. */
    passTo(ms: number) {
      t.mock.timers.setTime(START_MS + ms);
      const due = timers.filter(({ dueMs }) => dueMs <= Date.now());
      for (const timer of due) {
        timers.splice(timers.indexOf(timer), 1);
        timer.run();
      }
    },
  };
}

test('a queue in which nothing waits sets no timer', (t) => {
  const { push, answer, sent, timers } = setUp(t);
  push(1);
  answer(1);
  assert.deepEqual([sent, timers], [[1], []]);
});

test('a request that waits for an answer, or for the end of a pause, is sent', (t) => {
  const { queue, push, answer, sent, timers, passTo } = setUp(t);
  push(1);
  push(2);
  assert.deepEqual(sent, [1]);
  answer(1);
  assert.deepEqual(sent, [1, 2]);
  passTo(100);
  queue.maybeThrottle(500);
  answer(2);
  push(3);
  passTo(599);
  assert.deepEqual(sent, [1, 2]);
  passTo(600);
  assert.deepEqual([sent, timers], [[1, 2, 3], []]);
});
