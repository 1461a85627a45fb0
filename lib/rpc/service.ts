import type { CallContext } from './call-context.ts';

/** One unary rpc as ts-proto's `outputServices=grpc-js` describes it. Streams are not used. */
export interface MethodDefinition<Request = never, Response = unknown> {
  readonly path: string;
  readonly requestStream: false;
  readonly responseStream: false;
  readonly requestSerialize: (value: Request) => Buffer;
  readonly requestDeserialize: (value: Buffer) => Request;
  readonly responseSerialize: (value: Response) => Buffer;
  readonly responseDeserialize: (value: Buffer) => Response;
}

/** A generated service: method name → definition. */
export type ServiceDefinition = { readonly [method: string]: MethodDefinition };

export type RequestOf<Method> = Method extends { requestDeserialize: (value: Buffer) => infer Request } ? Request : never;
export type ResponseOf<Method> = Method extends { responseDeserialize: (value: Buffer) => infer Response }
  ? Response
  : never;

/** What a service implements: one function for each rpc. */
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
