import type { CallContext } from './call-context.ts';

/**
 * One unary rpc as ts-proto's `outputServices=grpc-js` describes it. Streams are not used. The codecs are declared as
 * methods, whose parameters tsc compares leniently: so every generated definition fits, whatever its message types.
 */
export interface MethodDefinition {
  readonly path: string;
  readonly requestStream: false;
  readonly responseStream: false;
  requestSerialize(value: unknown): Buffer;
  requestDeserialize(value: Buffer): unknown;
  responseSerialize(value: unknown): Buffer;
  responseDeserialize(value: Buffer): unknown;
}

/** A generated service: method name → definition. */
export type ServiceDefinition = { readonly [method: string]: MethodDefinition };

export type RequestOf<Method> = Method extends { requestDeserialize: (value: Buffer) => infer Request }
  ? Request
  : never;
export type ResponseOf<Method> = Method extends { responseDeserialize: (value: Buffer) => infer Response }
  ? Response
  : never;

/**
 * What a service implements: one function for each rpc. Requests and responses are read-only to both sides. A handler
 * that calls another service hands its context on, freshness and `onDegraded` with it: so a mutation's reads are the
 * latest all the way down, and what was degraded deep down is told at the top. One that decides by what it reads says
 * so: `{ ...context, freshness: 'latest' }`.
 */
export type RpcHandlers<Service> = {
  readonly [Method in keyof Service]: (
    request: RequestOf<Service[Method]>,
    context: CallContext,
  ) => Promise<ResponseOf<Service[Method]>>;
};

/**
 * What a caller sees: the same functions as the handlers, over whatever transport links the two. They reject with
 * `AppError` only.
 */
export type RpcClient<Service> = RpcHandlers<Service>;
