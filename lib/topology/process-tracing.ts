import type { Component } from '../lifecycle/lifecycle.ts';
import { openTracing } from '../telemetry/open-tracing.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { ProcessConfig } from './process-config.ts';
import type { ProcessFrame } from './process-frame.ts';

/** The spans of one process, and the component that sends the last of them: let it start before all that is traced. */
export interface ProcessTracing {
  readonly tracing: Tracing;
  readonly component: Component;
}

/** `serviceName` is what traces call the process. */
export async function openProcessTracing(
  { otlpEndpoint, traceSampleRatio }: ProcessConfig,
  { clock, logger }: Pick<ProcessFrame, 'clock' | 'logger'>,
  serviceName: string,
): Promise<ProcessTracing> {
  const tracing = await openTracing({
    endpoint: otlpEndpoint,
    sampleRatio: traceSampleRatio,
    serviceName,
    clock,
    logger,
  });
  return { tracing, component: { name: 'tracing', start: async () => ({ stop: () => tracing.stop() }) } };
}
