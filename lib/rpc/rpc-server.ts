import { sleep } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import type { CallContext } from './call-context.ts';
import { chain, type RpcHandler, type RpcMethod, rpcMethod } from './interceptor.ts';
import { serverInterceptors } from './interceptors.ts';
import type { DeclaredCodes } from './mask-errors.ts';
import type { ObserveOptions } from './observe-calls.ts';
import type { RpcBinding } from './rpc-binding.ts';
import type { ServiceDefinition } from './service.ts';

export interface RpcServerOptions extends ObserveOptions {
  readonly services: readonly RpcBinding[];
  readonly declaredCodes: DeclaredCodes;
  /** No call runs longer, whatever its caller grants. */
  readonly maxCallMs?: number;
}

/** The services of a process behind one chain of interceptors. Transports bring calls to `dispatch`. */
export interface RpcServer {
  readonly services: readonly ServiceDefinition[];
  dispatch(path: string, request: unknown, context: CallContext): Promise<unknown>;
  /** Refuses new calls, and resolves when those that run are done or `graceMs` is over. */
  drain(graceMs: number): Promise<void>;
}

export function createRpcServer(options: RpcServerOptions): RpcServer {
  const { services, clock, logger, maxCallMs = 30_000 } = options;
  const interceptors = serverInterceptors({ ...options, maxCallMs });
  const routes = new Map(
    services
      .flatMap(routesOf)
      .map(({ method, handler }) => [method.path, { method, answer: chain(interceptors, handler) }]),
  );
  const idle = new AbortController();
  let runningCalls = 0;
  let isDraining = false;
  const noteIdle = () => {
    if (isDraining && runningCalls === 0) idle.abort();
  };

  return {
    services: services.map((service) => service.definition),
    async dispatch(path, request, context) {
      const route = routes.get(path);
      if (!route) {
        logger.error({ method: path }, 'rpc is not served here');
        throw new AppError('INTERNAL', {});
      }
      if (isDraining) throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
      runningCalls++;
      try {
        return await route.answer({ method: route.method, request, context });
      } finally {
        runningCalls--;
        noteIdle();
      }
    },
    async drain(graceMs) {
      isDraining = true;
      noteIdle();
      await sleep(clock, graceMs, idle.signal);
    },
  };
}

function routesOf({ definition, handlers }: RpcBinding): { method: RpcMethod; handler: RpcHandler }[] {
  return Object.entries(definition).map(([name, methodDefinition]) => {
    const handler = handlers[name];
    if (!handler) throw new Error(`The rpc ${methodDefinition.path} has no handler.`);
    return {
      method: rpcMethod(methodDefinition),
      // bindRpc has checked the types. `async` turns what a handler throws at once into a rejection.
      handler: async ({ request, context }) => handler(request as never, context as never),
    };
  });
}
