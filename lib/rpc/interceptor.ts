import type { CallContext } from './call-context.ts';
import type { MethodDefinition } from './service.ts';

/** Which rpc a call is for. */
export interface RpcMethod {
  /** `/tiffin.shop.v1.ShopService/AddReview` */
  readonly path: string;
  /** `tiffin.shop.v1.ShopService` */
  readonly service: string;
  /** `AddReview` */
  readonly name: string;
  readonly definition: MethodDefinition;
}

export interface RpcCall {
  readonly method: RpcMethod;
  readonly request: unknown;
  readonly context: CallContext;
}

/** Answers a call with its response, or rejects. */
export type RpcHandler = (call: RpcCall) => Promise<unknown>;

/** Wraps a handler into another; client and server use the same kind. */
export type Interceptor = (next: RpcHandler) => RpcHandler;

/** The first interceptor sees a call first and its answer last. */
export function chain(interceptors: readonly Interceptor[], handler: RpcHandler): RpcHandler {
  return interceptors.reduceRight((next, interceptor) => interceptor(next), handler);
}

/** The method of a generated definition. */
export function rpcMethod(definition: MethodDefinition): RpcMethod {
  const [, service = '', name = ''] = definition.path.split('/');
  return { path: definition.path, service, name, definition };
}
