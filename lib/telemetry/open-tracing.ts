import type { Clock } from '../clock/clock.ts';
import type { Logger } from './logger.ts';
import { noTracing, type Tracing } from './tracing.ts';

export interface TracingOptions {
  /** The base URL of an OTLP collector; without it there is no tracing. */
  readonly endpoint: string | undefined;
  /** Which share of the requests from outside is traced, 0 to 1. */
  readonly sampleRatio: number;
  /** What this process is called in traces. */
  readonly serviceName: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Tracing into the collector of `endpoint`. The SDK is loaded only if there is one. */
export async function openTracing({ endpoint, ...options }: TracingOptions): Promise<Tracing> {
  if (endpoint === undefined) return noTracing;
  const { createOtlpTracing } = await import('./otlp-tracing.ts');
  return createOtlpTracing({ endpoint, ...options });
}
