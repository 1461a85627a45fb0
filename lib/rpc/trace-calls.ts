import { inSpan } from '../telemetry/in-span.ts';
import type { SpanOptions } from '../telemetry/span.ts';
import type { Interceptor, RpcCall } from './interceptor.ts';

/** A span of every call that a client makes in a traced request; the transport carries it to the server. */
export const traceClientCalls: Interceptor = trace('client');

/** The server's part of the client's span. */
export const traceServerCalls: Interceptor = trace('server');

function trace(kind: NonNullable<SpanOptions['kind']>): Interceptor {
  return (next) => (call) => {
    if (!call.context.span) return next(call);
    const { method, request } = call;
    const name = `${method.service}/${method.name}`;
    return inSpan(call.context, name, (context) => next({ method, request, context }), {
      kind,
      attributes: attributesOf(call),
    });
  };
}

function attributesOf({ method, request }: RpcCall) {
  const { ids, pages } = (request ?? {}) as { readonly ids?: unknown; readonly pages?: unknown };
  const keys = ids ?? pages;
  return {
    'rpc.system': 'grpc',
    'rpc.service': method.service,
    'rpc.method': method.name,
    ...(Array.isArray(keys) && { 'tiffin.batch.keys': keys.length }),
  };
}
