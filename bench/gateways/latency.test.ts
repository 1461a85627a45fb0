import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dueAtMs, latencyMs, percentile } from './latency.ts';

describe('the open loop', () => {
  it('sends at even distances', () => {
    assert.deepEqual(
      [0, 1, 5].map((index) => dueAtMs(1_000, index, 200)),
      [1_000, 1_005, 1_025],
    );
  });

  it('times a late request from when it was due, and an early one from when it was sent', () => {
    assert.equal(latencyMs({ dueAt: 100, sentAt: 140, answeredAt: 150 }), 50);
    assert.equal(latencyMs({ dueAt: 100, sentAt: 99.2, answeredAt: 99.9 }).toFixed(1), '0.7');
  });

  it('tells percentiles of what there is', () => {
    const values = Array.from({ length: 100 }, (_, index) => 99 - index);
    assert.deepEqual([percentile(values, 0.5), percentile(values, 0.99), percentile([7], 1)], [50, 99, 7]);
    assert.equal(percentile([], 0.5), 0);
  });
});
