import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { systemClock } from '../clock/clock.ts';
import { createSpans, type SpansOptions } from './create-spans.ts';
import type { Tracing } from './tracing.ts';

/** Tracing for tests that keeps the spans that ended, in the order of their ends. */
export interface RecordedSpans {
  readonly tracing: Tracing;
  readonly ended: readonly ReadableSpan[];
  /** `parent > child`, or the name of a root; sorted. */
  tree(): string[];
}

/** Everything is traced unless `options` say otherwise. */
export function recordSpans(options: Partial<SpansOptions> = {}): RecordedSpans {
  const exporter = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor(exporter);
  const tracing = createSpans({
    processor,
    sampleRatio: 1,
    serviceName: 'test',
    clock: systemClock,
    ...options,
  });
  return {
    tracing,
    get ended() {
      return exporter.getFinishedSpans();
    },
    tree() {
      const ended = exporter.getFinishedSpans();
      const nameOf = new Map(ended.map((span) => [span.spanContext().spanId, span.name]));
      return ended
        .map(({ name, parentSpanContext: parent }) =>
          parent ? `${nameOf.get(parent.spanId) ?? 'elsewhere'} > ${name}` : name,
        )
        .sort();
    },
  };
}
