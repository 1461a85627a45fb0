import type { Span, SpanOptions } from './span.ts';
import { traceparentHeader } from './traceparent.ts';

/** A call, or any other thing that may be traced. */
export interface Traced {
  readonly span?: Span | undefined;
}

/**
 * Runs a step of a call: of a traced one in a span of its own, which ends when `run` has, whatever it throws. The call
 * that `run` gets carries that span. Costs one look at a property where the call is not traced.
 */
export function inSpan<Call extends Traced, Result>(
  call: Call,
  name: string,
  run: (call: Call) => Result,
  options?: SpanOptions,
): Result {
  return call.span ? runIn(call.span.child(name, options), call, run) : run(call);
}

function runIn<Call extends Traced, Result>(span: Span, call: Call, run: (call: Call) => Result): Result {
  try {
    const result = run({ ...call, span });
    if (isPromise(result)) return endWith(span, result) as Result;
    span.end();
    return result;
  } catch (thrown) {
    throw failed(span, thrown);
  }
}

async function endWith<Value>(span: Span, promise: PromiseLike<Value>): Promise<Value> {
  let value: Value;
  try {
    value = await promise;
  } catch (thrown) {
    throw failed(span, thrown);
  }
  span.end();
  return value;
}

function failed(span: Span, thrown: unknown): unknown {
  span.fail(thrown);
  span.end();
  return thrown;
}

export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';

/** What a request to another process of ours carries so that its spans join the trace; nothing if there is none. */
export function traceHeaders({ span }: Traced): Record<string, string> {
  return span ? { [traceparentHeader]: span.traceparent } : {};
}
