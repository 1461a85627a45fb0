import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordAfterFailure } from './after-failure.ts';
import type { IncomingRecord } from './event-record.ts';
import { consumerDefaults } from './kafka-settings.ts';
import { topicsOf } from './topic-names.ts';

const delaysMs = consumerDefaults.retryDelaysMs;
const topics = topicsOf(
  { consumer: 'search.index', topic: 'order.paid.v1' },
  { prefix: 'x.', retries: delaysMs.length },
);
const nowMs = Date.UTC(2030, 0, 1);

function fail(record: Partial<IncomingRecord>, error: unknown = new Error('no'), isPoison = false) {
  const whole = { offset: '7', key: Buffer.from('k'), value: Buffer.from('v'), ...record };
  const failure = { record: whole, source: { topic: topics.main, partition: 2 }, error, isPoison };
  return recordAfterFailure(failure, topics, delaysMs, nowMs);
}

test('attempts follow after 2 s, 4 s, 10 s, 60 s and 3 min, then comes the dead letter', () => {
  let headers: Record<string, string> = { id: 'e1', type: 'order.paid.v1', attempt: '1' };
  const waits: number[] = [];
  for (;;) {
    const next = fail({ headers });
    if (next.isDead) break;
    assert.equal(next.topic, `x.order.paid.v1.search.index.retry.${waits.length + 1}`);
    assert.equal(next.headers['attempt'], String(waits.length + 2));
    waits.push(Number(next.headers['not-before']) - nowMs);
    headers = { ...next.headers };
  }
  assert.deepEqual(waits, [2_000, 4_000, 10_000, 60_000, 180_000]);
});

test('a dead letter tells what it is, why, and where it came from', () => {
  const headers = { id: Buffer.from('e1'), type: 'order.paid.v1', attempt: '6', other: 'not taken along' };
  const dead = fail({ headers }, new TypeError('out of flour'));
  assert.deepEqual(dead, {
    topic: 'x.order.paid.v1.search.index.dead',
    key: Buffer.from('k'),
    value: Buffer.from('v'),
    isDead: true,
    headers: {
      id: 'e1',
      type: 'order.paid.v1',
      attempt: '6',
      reason: 'TypeError: out of flour',
      'failed-at': '2030-01-01T00:00:00.000Z',
      source: 'x.order.paid.v1/2/7',
    },
  });
});

test('poison has no further attempt', () => {
  assert(fail({ headers: { attempt: '1' } }, new Error('no'), true).isDead);
});

test('a reason is short and without a stack', () => {
  const reason = fail({ headers: { attempt: '6' } }, new Error('x'.repeat(10_000))).headers['reason'] ?? '';
  assert.equal(reason.length, 500);
  assert.doesNotMatch(reason, / at /);
});

test('an odd attempt counts as the first', () => {
  for (const attempt of ['', 'many', '0', '-3', '1.5'])
    assert.equal(fail({ headers: { attempt } }).headers['attempt'], '2');
  assert.equal(fail({}).headers['attempt'], '2');
});
