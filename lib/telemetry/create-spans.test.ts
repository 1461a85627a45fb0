import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { createSpans } from './create-spans.ts';
import { recordSpans } from './span-test-bed.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const sampled = `00-${traceId}-${spanId}-01`;
const unsampled = `00-${traceId}-${spanId}-00`;

test('the ratio decides which requests from outside are traced', () => {
  const draws = [0, 0.24, 0.25, 0.99];
  const { tracing } = recordSpans({ sampleRatio: 0.25, random: () => draws.shift() ?? 1 });
  const traced = Array.from({ length: 4 }, () => tracing.rootSpan('request', undefined) !== undefined);
  assert.deepEqual(traced, [true, true, false, false]);
});

test('a ratio of 0 traces nothing and one of 1 everything, whatever is drawn', () => {
  const draw = (sampleRatio: number, drawn: number) =>
    recordSpans({ sampleRatio, random: () => drawn }).tracing.rootSpan('request', sampled);
  assert.equal(draw(0, 0), undefined);
  assert.ok(draw(1, 1 - Number.EPSILON));
});

test('a client can neither have its request traced nor choose the trace; what it says becomes a link', () => {
  const never = recordSpans({ sampleRatio: 0.5, random: () => 0.9 });
  assert.equal(never.tracing.rootSpan('request', sampled), undefined);
  const always = recordSpans();
  always.tracing.rootSpan('request', sampled)?.end();
  const [span] = always.ended;
  assert.notEqual(span?.spanContext().traceId, traceId);
  assert.equal(span?.parentSpanContext, undefined);
  assert.deepEqual(
    span?.links.map(({ context }) => [context.traceId, context.spanId]),
    [[traceId, spanId]],
  );
});

test('one of our own processes is followed: traced exactly if its caller traces', () => {
  const recorded = recordSpans({ sampleRatio: 0 });
  const { tracing } = recorded;
  assert.equal(tracing.continuedSpan('request', unsampled), undefined);
  assert.equal(tracing.continuedSpan('request', undefined), undefined);
  assert.equal(tracing.continuedSpan('request', 'nonsense'), undefined);
  assert.equal(tracing.remoteSpan(unsampled), undefined);
  tracing.continuedSpan('request', sampled)?.end();
  tracing.remoteSpan(sampled)?.child('rpc').end();
  assert.deepEqual(
    recorded.ended.map((span) => [
      span.name,
      span.spanContext().traceId,
      span.parentSpanContext?.spanId,
      span.parentSpanContext?.isRemote,
    ]),
    [
      ['request', traceId, spanId, true],
      ['rpc', traceId, spanId, true],
    ],
  );
});

test('nothing is registered globally, where libraries would add spans of their own', () => {
  recordSpans();
  assert.equal(trace.getTracer('library').startSpan('of a library').isRecording(), false);
});

test('what is called by its service and its ids are injected', () => {
  const recorded = recordSpans({
    serviceName: 'gateway',
    ids: { generateTraceId: () => traceId, generateSpanId: () => spanId },
  });
  recorded.tracing.rootSpan('request', undefined)?.end();
  const [span] = recorded.ended;
  assert.deepEqual(span?.resource.attributes, { 'service.name': 'gateway', 'service.namespace': 'tiffin' });
  assert.deepEqual([span?.spanContext().traceId, span?.spanContext().spanId], [traceId, spanId]);
});

test('a stop waits for the exporter, but not for ever', async () => {
  const clock = new VirtualClock();
  const exporter = new InMemorySpanExporter();
  exporter.shutdown = () => new Promise(() => {});
  const processor = new SimpleSpanProcessor(exporter);
  const tracing = createSpans({ processor, sampleRatio: 1, serviceName: 'test', clock });
  let isStopped = false;
  const stopped = tracing.stop().then(() => {
    isStopped = true;
  });
  await clock.advance(999);
  assert.equal(isStopped, false);
  await clock.advance(1);
  await stopped;
  assert.equal(clock.pendingTimers, 0);
});

test('a stop whose last export fails is a stop', async () => {
  const exporter = new InMemorySpanExporter();
  exporter.shutdown = () => Promise.reject(new Error('away'));
  const processor = new SimpleSpanProcessor(exporter);
  await createSpans({ processor, sampleRatio: 1, serviceName: 'test', clock: new VirtualClock() }).stop();
});
