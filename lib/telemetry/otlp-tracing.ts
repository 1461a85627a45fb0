import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Clock } from '../clock/clock.ts';
import { createSpans } from './create-spans.ts';
import type { Logger } from './logger.ts';
import type { Tracing } from './tracing.ts';

export interface OtlpTracingOptions {
  readonly endpoint: string;
  readonly sampleRatio: number;
  readonly serviceName: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Spans beyond the queue are dropped: a collector that is slow or away costs memory only up to here. */
const batches = {
  maxQueueSize: 8_192,
  maxExportBatchSize: 512,
  scheduledDelayMillis: 1_000,
  exportTimeoutMillis: 10_000,
};

/** Sends spans as JSON over HTTP, in batches. OTEL_EXPORTER_OTLP_HEADERS of the environment are sent along. */
export function createOtlpTracing({ endpoint, logger, ...options }: OtlpTracingOptions): Tracing {
  // The variable names the base; the path of each signal is the standard's.
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: batches.exportTimeoutMillis });
  return createSpans({ ...options, processor: new BatchSpanProcessor(reporting(exporter, logger), batches) });
}

/** Says once for each outage that spans are lost. */
export function reporting(exporter: SpanExporter, logger: Pick<Logger, 'warn'>): SpanExporter {
  let isDown = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        // 0 is SUCCESS; the enum lives in a package that is not ours to import.
        const hasFailed = result.code !== 0;
        if (hasFailed && !isDown) logger.warn({ err: result.error }, 'spans could not be exported');
        isDown = hasFailed;
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
