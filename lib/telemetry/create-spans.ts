import type { Attributes } from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  type IdGenerator,
  NodeTracerProvider,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import type { Clock } from '../clock/clock.ts';
import { within } from '../lifecycle/within.ts';
import { Span } from './span.ts';
import { isSampled, parseTraceparent } from './traceparent.ts';
import type { Tracing } from './tracing.ts';

export interface SpansOptions {
  readonly processor: SpanProcessor;
  readonly sampleRatio: number;
  readonly serviceName: string;
  readonly clock: Clock;
  /** Draws the requests that are traced. */
  readonly random?: () => number;
  readonly ids?: IdGenerator;
}

const stopTimeoutMs = 1_000;

/** Tracing whose spans go to `processor`. Nothing of it is registered globally. */
export function createSpans(options: SpansOptions): Tracing {
  const { processor, sampleRatio, serviceName, clock, random = Math.random, ids } = options;
  const provider = new NodeTracerProvider({
    // What is not to be traced has no span at all.
    sampler: new AlwaysOnSampler(),
    spanProcessors: [processor],
    resource: resourceOf({ 'service.name': serviceName, 'service.namespace': 'tiffin' }),
    ...(ids && { idGenerator: ids }),
  });
  const tracer = provider.getTracer('tiffin');

  function remoteSpan(traceparent: unknown): Span | undefined {
    const parent = parseTraceparent(traceparent);
    return parent && isSampled(parent) ? Span.remote(tracer, parent) : undefined;
  }

  return {
    rootSpan(name, traceparent, spanOptions = {}) {
      if (random() >= sampleRatio) return undefined;
      const cause = parseTraceparent(traceparent);
      return Span.root(tracer, name, spanOptions, cause ? [{ context: cause }] : []);
    },
    continuedSpan: (name, traceparent, spanOptions) => remoteSpan(traceparent)?.child(name, spanOptions),
    remoteSpan,
    async stop() {
      // What could not be sent has been reported by the exporter.
      await within(
        clock,
        stopTimeoutMs,
        provider.shutdown().catch(() => {}),
      );
    },
  };
}

type Resource = NonNullable<NonNullable<ConstructorParameters<typeof NodeTracerProvider>[0]>['resource']>;

/** What describes the process. The functions that make one are in a package of which Apollo brings another version. */
function resourceOf(attributes: Attributes): Resource {
  const resource: Resource = {
    attributes,
    merge: (other) => resourceOf({ ...attributes, ...other?.attributes }),
    getRawAttributes: () => Object.entries(attributes),
  };
  return resource;
}
