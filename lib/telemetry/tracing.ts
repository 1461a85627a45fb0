import type { Span, SpanOptions } from './span.ts';

/** Begins the span of an incoming request; undefined where it is not traced. */
export type StartSpan = (name: string, traceparent: unknown, options?: SpanOptions) => Span | undefined;

/**
 * The spans of a process, as OpenTelemetry has them. Its instrumentation of graphql is not used: that patches
 * `execute` for every request and needs AsyncLocalStorage to find parents, while here a request that was not drawn
 * pays nothing.
 */
export interface Tracing {
  /**
   * For a request from outside. The ratio alone decides whether it is traced, and the trace is our own: were a
   * foreign `traceparent` obeyed, any client could have everything traced, or write into a trace of somebody else.
   * A valid one is noted as a link, by which the caller finds its request.
   */
  readonly rootSpan: StartSpan;
  /** For a request of one of our own processes, once that is proved: traced exactly if its caller traces it. */
  readonly continuedSpan: StartSpan;
  /** The caller's span, for spans to hang on; undefined if it traces nothing. */
  remoteSpan(traceparent: unknown): Span | undefined;
  /** Sends what is left, for a second at most. Never rejects. */
  stop(): Promise<void>;
}

export const noTracing: Tracing = {
  rootSpan: () => undefined,
  continuedSpan: () => undefined,
  remoteSpan: () => undefined,
  stop: async () => {},
};
