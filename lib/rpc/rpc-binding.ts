import type { RpcHandlers, ServiceDefinition } from './service.ts';

/** An rpc service with the functions that implement it. Made by `bindRpc`, which knows the types. */
export interface RpcBinding {
  readonly definition: ServiceDefinition;
  readonly handlers: Readonly<Record<string, (request: never, context: never) => Promise<unknown>>>;
}

/** Ties functions to the rpc service that they implement; tsc checks each against the proto and that none is missing. */
export function bindRpc<const Service extends ServiceDefinition>(
  definition: Service,
  handlers: RpcHandlers<Service>,
): RpcBinding {
  return { definition, handlers };
}
