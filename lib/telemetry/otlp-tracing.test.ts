import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InMemorySpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { systemClock } from '../clock/clock.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import { openTracing } from './open-tracing.ts';
import { reporting } from './otlp-tracing.ts';
import { noTracing } from './tracing.ts';

test('without a collector nothing is traced, whatever the ratio', async () => {
  const options = { sampleRatio: 1, serviceName: 'test', clock: systemClock, logger: silentLogger };
  const tracing = await openTracing({ endpoint: undefined, ...options });
  assert.equal(tracing, noTracing);
  assert.equal(tracing.rootSpan('request', undefined), undefined);
  assert.equal(tracing.continuedSpan('request', `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`), undefined);
});

test('an outage of the collector is told once, and again after it was back', () => {
  const results = [0, 1, 1, 0, 1];
  const exporter: SpanExporter = {
    export: (_spans, done) => {
      const code = results.shift() ?? 0;
      done(code === 0 ? { code } : { code, error: new Error('away') });
    },
    shutdown: async () => {},
  };
  const told: unknown[] = [];
  const warn = (fields: unknown) => void told.push(fields);
  const reported = reporting(exporter, { warn } as never);
  const codes: number[] = [];
  for (let count = 0; count < 5; count++) reported.export([], ({ code }) => codes.push(code));
  assert.deepEqual(codes, [0, 1, 1, 0, 1]);
  assert.equal(told.length, 2);
});

test('a flush and a shutdown reach the exporter', async () => {
  const exporter = new InMemorySpanExporter();
  const reported = reporting(exporter, silentLogger);
  await reported.forceFlush?.();
  await reported.shutdown();
  const { promise, resolve } = Promise.withResolvers<number>();
  exporter.export([], ({ code }) => resolve(code));
  assert.equal(await promise, 1);
});
