import { sleep } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import type { CallContext } from './call-context.ts';
import { chain, type RpcHandler, type RpcMethod, rpcMethod } from './interceptor.ts';
import { serverInterceptors } from './interceptors.ts';
import type { DeclaredCodes } from './mask-errors.ts';
import type { ObserveOptions } from './observe-calls.ts';
import type { RpcHandlers, ServiceDefinition } from './service.ts';

/** A generated service with its implementation, made by `serve`. */
export interface ServedService {
  readonly definition: ServiceDefinition;
  readonly routes: readonly { readonly method: RpcMethod; readonly handler: RpcHandler }[];
}

export interface RpcServerOptions extends ObserveOptions {
  readonly services: readonly ServedService[];
  readonly declaredCodes: DeclaredCodes;
  /** No call runs longer, whatever its caller grants. */
  readonly maxCallMs?: number;
}

/** The services of a process behind one chain of interceptors. Transports bring calls to `dispatch`. */
export interface RpcServer {
  readonly services: readonly ServedService[];
  dispatch(path: string, request: unknown, context: CallContext): Promise<unknown>;
  /** Refuses new calls, and resolves when those that run are done or `graceMs` is over. */
  drain(graceMs: number): Promise<void>;
}

/** Binds handlers to their service; tsc checks each against the proto. */
export function serve<const Service extends ServiceDefinition>(
  definition: Service,
  handlers: RpcHandlers<Service>,
): ServedService {
  const untyped = handlers as { readonly [name: string]: (request: never, context: CallContext) => Promise<unknown> };
  const routes = Object.entries<ServiceDefinition[string]>(definition).map(([name, method]) => {
    const handler = untyped[name];
    if (!handler) throw new Error(`The rpc ${method.path} has no handler.`);
    return {
      method: rpcMethod(method),
      handler: async (call: Parameters<RpcHandler>[0]) => handler(call.request as never, call.context),
    };
  });
  return { definition, routes };
}

export function createRpcServer(options: RpcServerOptions): RpcServer {
  const { services, clock, maxCallMs = 30_000 } = options;
  const interceptors = serverInterceptors({ ...options, maxCallMs });
  const routes = new Map(
    services
      .flatMap((service) => service.routes)
      .map(({ method, handler }) => [method.path, { method, answer: chain(interceptors, handler) }]),
  );
  const running = new RunningCalls();
  let isDraining = false;

  return {
    services,
    async dispatch(path, request, context) {
      const route = routes.get(path);
      if (!route) throw new AppError('INTERNAL', {}, { cause: new Error(`No rpc ${path} is served here.`) });
      if (isDraining) throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
      running.begin();
      try {
        return await route.answer({ method: route.method, request, context });
      } finally {
        running.end();
      }
    },
    async drain(graceMs) {
      isDraining = true;
      const idle = new AbortController();
      running.whenNone(() => idle.abort());
      await sleep(clock, graceMs, idle.signal);
    },
  };
}

class RunningCalls {
  #count = 0;
  #onNone: (() => void)[] = [];

  begin(): void {
    this.#count++;
  }

  end(): void {
    this.#count--;
    this.#notify();
  }

  whenNone(callback: () => void): void {
    this.#onNone.push(callback);
    this.#notify();
  }

  #notify(): void {
    if (this.#count > 0) return;
    for (const callback of this.#onNone.splice(0)) callback();
  }
}
