import {
  type Span as ApiSpan,
  type Attributes,
  type Link,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { errorCatalogue } from '../errors/error-catalogue.gen.ts';
import { toAppError } from '../errors/normalize-error.ts';
import { formatTraceparent } from './traceparent.ts';

export interface SpanOptions {
  /** Which side of a call it is; by default neither. */
  readonly kind?: 'server' | 'client';
  /** Never arguments, variables, tokens or anything else that a person has typed. */
  readonly attributes?: Attributes;
}

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

/**
 * gRPC statuses that are the server's fault, by OpenTelemetry's conventions for rpcs: UNKNOWN, DEADLINE_EXCEEDED,
 * UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS. Other codes are answers.
 */
const faults: ReadonlySet<number> = new Set([2, 4, 12, 13, 14, 15]);

/**
 * One step of a traced request. Spans are handed on in the call context, so nothing of OpenTelemetry is global and no
 * context manager (AsyncLocalStorage) runs under every promise.
 */
export class Span {
  readonly #tracer: Tracer;
  readonly #span: ApiSpan;
  /**
   * Epoch milliseconds at which `performance.now()` was 0. The spans of a process share their trace's: by themselves
   * they would begin at whole milliseconds, and children before their parents.
   */
  readonly #originMs: number;

  private constructor(tracer: Tracer, span: ApiSpan, originMs: number) {
    this.#tracer = tracer;
    this.#span = span;
    this.#originMs = originMs;
  }

  /** The first span of a trace; it may point to what caused it in somebody else's trace. */
  static root(tracer: Tracer, name: string, options: SpanOptions, links: Link[]): Span {
    const originMs = clockOriginMs();
    const span = tracer.startSpan(name, { ...apiOptions(options, originMs), links }, ROOT_CONTEXT);
    return new Span(tracer, span, originMs);
  }

  /** Stands for a span of another process: children hang on it; it is not ended here. */
  static remote(tracer: Tracer, parent: ReturnType<ApiSpan['spanContext']>): Span {
    return new Span(tracer, trace.wrapSpanContext(parent), clockOriginMs());
  }

  /** Begins a step of this step. Whoever begins it ends it. */
  child(name: string, options: SpanOptions = {}): Span {
    const context = trace.setSpan(ROOT_CONTEXT, this.#span);
    const span = this.#tracer.startSpan(name, apiOptions(options, this.#originMs), context);
    return new Span(this.#tracer, span, this.#originMs);
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  /** Notes an error by its code; messages and stacks may hold what must not leave the process. */
  fail(thrown: unknown): void {
    const { code } = toAppError(thrown);
    this.#span.setAttribute('tiffin.error.code', code);
    if (faults.has(errorCatalogue[code].status)) this.fault(code);
  }

  /** Marks it as gone wrong; `type` is one of few words. */
  fault(type: string): void {
    this.#span.setAttribute('error.type', type);
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  /** `endedAt` as `performance.now()` tells it. */
  end(endedAt = performance.now()): void {
    this.#span.end(this.#originMs + endedAt);
  }

  get traceparent(): string {
    return formatTraceparent(this.#span.spanContext());
  }
}

const clockOriginMs = () => Date.now() - performance.now();

const apiOptions = ({ kind, attributes }: SpanOptions, originMs: number) => ({
  startTime: originMs + performance.now(),
  ...(kind && { kind: kinds[kind] }),
  ...(attributes && { attributes }),
});
