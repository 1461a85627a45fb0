import type { CallContext } from './call-context.ts';
import { chain, rpcMethod } from './interceptor.ts';
import { clientInterceptors } from './interceptors.ts';
import type { ObserveOptions } from './observe-calls.ts';
import type { RetryOptions } from './retry-calls.ts';
import type { RpcTransport } from './rpc-transport.ts';
import type { RpcClient, ServiceDefinition } from './service.ts';

export interface RpcClientOptions extends ObserveOptions {
  /** The most that one call may take of its caller's budget. */
  readonly timeoutMs?: number;
  /** What may be sent again, and within which budget; without it nothing is. */
  readonly retries?: RetryOptions;
}

/**
 * A typed client of a generated service: `client.addReview(request, context)`. It rejects with AppErrors only.
 * Without `retries` no call is sent twice; with them only what `retryCalls` may repeat.
 */
export function createRpcClient<const Service extends ServiceDefinition>(
  service: Service,
  transport: RpcTransport,
  options: RpcClientOptions,
): RpcClient<Service> {
  const { timeoutMs = 400 } = options;
  const send = chain(clientInterceptors({ ...options, timeoutMs }), (call) => transport.call(call));
  const methods = Object.entries(service).map(([name, definition]) => {
    const method = rpcMethod(definition);
    return [name, (request: unknown, context: CallContext) => send({ method, request, context })];
  });
  return Object.fromEntries(methods);
}
