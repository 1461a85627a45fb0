import { type GraphQLResolveInfo, type GraphQLSchema, isObjectType } from 'graphql';
import type { CallContext } from '../rpc/call-context.ts';
import { isPromise } from '../telemetry/in-span.ts';
import type { Span } from '../telemetry/span.ts';
import type { SubgraphContext } from './subgraph-context.ts';

/** The context of one traced request. */
interface TracedContext extends SubgraphContext {
  readonly fields?: FieldSpans;
}

/**
 * Lets the resolvers of a schema run in spans where `traceRequest` says so, and costs one look at a property where it
 * does not. Fields without a resolver are not worth a span. Called last, a span holds all that its field does.
 */
export function traceFields(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (!resolve) continue;
      field.resolve = (source, args, context: TracedContext, info) => {
        const { fields } = context;
        if (fields === undefined) return resolve(source, args, context, info);
        return fields.run(context, info, (own) => resolve(source, args, own, info));
      };
    }
  }
}

/**
 * Runs one request below `call.span`: `run` gets the context that its resolvers are to have. Its result is handed on
 * once the spans have ended.
 */
export function traceRequest<Result>(
  call: CallContext & { readonly span: Span },
  context: SubgraphContext,
  run: (context: SubgraphContext) => Result | Promise<Result>,
): Result | Promise<Result> {
  if (context.call instanceof LoaderCall) context.call.span = call.span;
  const fields = new FieldSpans(call.span);
  const end = () => fields.end();
  let result: Result | Promise<Result>;
  try {
    result = run({ ...context, call, fields } as TracedContext);
  } catch (thrown) {
    end();
    throw thrown;
  }
  if (result instanceof Promise) return result.finally(end);
  end();
  return result;
}

/**
 * The call for the loaders of an operation. They serve all its requests, so what they do belongs to the span of the
 * latest: it cannot be told whose keys are in a batch.
 */
export const loaderCall = (call: CallContext): CallContext => (call.span ? new LoaderCall(call) : call);

class LoaderCall implements CallContext {
  readonly requestId: CallContext['requestId'];
  readonly identity: CallContext['identity'];
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly freshness: CallContext['freshness'];
  readonly onDegraded: CallContext['onDegraded'];
  span: Span | undefined;

  constructor({ requestId, identity, deadlineMs, signal, freshness, onDegraded, span }: CallContext) {
    this.requestId = requestId;
    this.identity = identity;
    this.deadlineMs = deadlineMs;
    this.signal = signal;
    this.freshness = freshness;
    this.onDegraded = onDegraded;
    this.span = span;
  }
}

/** The span of one field, wherever in lists it stands: a thousand items are one span, and so a trace stays small. */
interface FieldSpan {
  readonly span: Span;
  runs: number;
  endedAt: number;
}

class FieldSpans {
  readonly #root: Span;
  /** By path, with `*` for the places in lists. */
  readonly #fields = new Map<string, FieldSpan>();

  constructor(root: Span) {
    this.#root = root;
  }

  run(
    context: SubgraphContext,
    info: GraphQLResolveInfo,
    resolve: (own: SubgraphContext) => unknown,
  ): unknown {
    const field = this.#fieldAt(info);
    field.runs++;
    try {
      const result = resolve({ ...context, call: { ...context.call, span: field.span } });
      if (isPromise(result)) return this.#settle(field, result);
      field.endedAt = performance.now();
      return result;
    } catch (thrown) {
      throw this.#fail(field, thrown);
    }
  }

  async #settle(field: FieldSpan, promise: PromiseLike<unknown>): Promise<unknown> {
    try {
      return await promise;
    } catch (thrown) {
      throw this.#fail(field, thrown);
    } finally {
      field.endedAt = performance.now();
    }
  }

  #fail(field: FieldSpan, thrown: unknown): unknown {
    field.span.fail(thrown);
    field.endedAt = performance.now();
    return thrown;
  }

  #fieldAt({ path, fieldName, parentType }: GraphQLResolveInfo): FieldSpan {
    const keys: (string | number)[] = [];
    for (let at: typeof path | undefined = path; at; at = at.prev) {
      keys.unshift(typeof at.key === 'number' ? '*' : at.key);
    }
    const key = keys.join('.');
    let field = this.#fields.get(key);
    if (!field) {
      const span = this.#parentOf(keys).child(`resolve ${parentType.name}.${fieldName}`, {
        attributes: {
          'graphql.field.name': fieldName,
          'graphql.field.path': key,
          'graphql.parent.type': parentType.name,
        },
      });
      field = { span, runs: 0, endedAt: performance.now() };
      this.#fields.set(key, field);
    }
    return field;
  }

  #parentOf(keys: readonly (string | number)[]): Span {
    for (let length = keys.length - 1; length > 0; length--) {
      const parent = this.#fields.get(keys.slice(0, length).join('.'));
      if (parent) return parent.span;
    }
    return this.#root;
  }

  /** Only now is it known that no item comes any more. */
  end(): void {
    for (const { span, runs, endedAt } of this.#fields.values()) {
      span.set({ 'tiffin.resolver.runs': runs });
      span.end(endedAt);
    }
  }
}
