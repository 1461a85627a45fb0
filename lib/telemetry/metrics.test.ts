import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from './metrics.ts';
import { startProcessMetrics } from './process-metrics.ts';

test('counters, gauges and histograms appear in the text', async () => {
  const metrics = createMetrics();
  metrics
    .counter({ name: 'orders_total', help: 'Orders.', labelNames: ['outcome'] })
    .inc({ outcome: 'paid' }, 2);
  metrics.gauge({ name: 'queue_length', help: 'Queue.' }).set({}, 7);
  metrics.histogram({ name: 'wait_seconds', help: 'Wait.', buckets: [0.1, 1] }).observe({}, 0.5);
  const text = await metrics.text();
  assert.match(text, /^orders_total\{outcome="paid"\} 2$/m);
  assert.match(text, /^queue_length 7$/m);
  assert.match(text, /^wait_seconds_bucket\{le="0\.1"\} 0$/m);
  assert.match(text, /^wait_seconds_bucket\{le="1"\} 1$/m);
});

test('two registries do not share anything; one name twice is one metric', async () => {
  const options = { name: 'calls_total', help: 'Calls.' };
  const [first, second] = [createMetrics(), createMetrics()];
  first.counter(options).inc({});
  first.counter(options).inc({});
  second.counter(options);
  assert.match(await first.text(), /^calls_total 2$/m);
  assert.match(await second.text(), /^calls_total 0$/m);
});

test('a name cannot change its kind or its labels', () => {
  const metrics = createMetrics();
  metrics.counter({ name: 'calls_total', help: 'Calls.', labelNames: ['a'] });
  assert.throws(() => metrics.gauge({ name: 'calls_total', help: '' }), /exists as counter\(a\)/);
  assert.throws(
    () => metrics.counter({ name: 'calls_total', help: '', labelNames: ['b'] }),
    /needs another name/,
  );
});

test('label sets beyond the bound are counted as other', async () => {
  const metrics = createMetrics();
  const counter = metrics.counter({
    name: 'hits_total',
    help: 'Hits.',
    labelNames: ['path'],
    maxLabelSets: 2,
  });
  for (const path of ['a', 'b', 'c', 'd', 'a']) counter.inc({ path });
  const text = await metrics.text();
  assert.match(text, /path="a"\} 2/);
  assert.match(text, /path="other"\} 2/);
  assert.doesNotMatch(text, /path="c"/);
});

test('process metrics are read at each scrape until stopped', async () => {
  const metrics = createMetrics();
  const running = startProcessMetrics(metrics);
  const text = await metrics.text();
  assert.match(text, /^nodejs_event_loop_lag_seconds\{quantile="0\.99"\} \d/m);
  assert.match(text, /^process_memory_bytes\{kind="rss"\} \d{6,}/m);
  assert.match(text, /^process_cpu_seconds_total\{mode="user"\} \d/m);
  running.stop();
  const uptime = (page: string) => page.match(/process_uptime_seconds (.+)/)?.[1];
  assert.equal(uptime(await metrics.text()), uptime(await metrics.text()));
});
