import { randomUUID } from 'node:crypto';
import { Metadata, Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { statusDetailsTrailer, toGrpcStatus } from '../errors/grpc-status.ts';
import { toAppError } from '../errors/normalize-error.ts';
import { type InternalTokenVerifier, identityHeader } from '../identity/internal-token.ts';
import type { CallContext } from './call-context.ts';
import { type GrpcLimits, grpcLimits, requestIdKey } from './grpc-settings.ts';
import type { RpcMethod } from './interceptor.ts';
import type { ObserveOptions } from './observe-calls.ts';
import type { RpcServer } from './rpc-server.ts';

export interface GrpcServerOptions extends ObserveOptions, GrpcLimits {
  readonly server: RpcServer;
  readonly tokens: InternalTokenVerifier;
  /** Names a call whose caller did not. */
  readonly newRequestId?: () => string;
}

export interface GrpcServer {
  /** Binds the address; port 0 takes a free one. @throws Error when the address is taken. */
  listen(host: string, port: number): Promise<{ readonly port: number }>;
  /** Takes no new calls, lets those that run finish for `graceMs`, then cancels them and closes every connection. */
  drain(graceMs: number): Promise<void>;
}

type UnaryCall = ServerUnaryCall<unknown, unknown>;

/** Serves an RpcServer over gRPC. Calls without a valid internal token are refused before anything runs. */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const { server, clock } = options;
  const grpc = new Server({
    ...grpcLimits(options),
    'grpc.max_concurrent_streams': 1_000,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
  for (const { definition, routes } of server.services) {
    const handlers = routes.map(({ method }, index) => [
      Object.keys(definition)[index],
      (call: UnaryCall, callback: sendUnaryData<unknown>) => void answer(call, callback, method, options),
    ]);
    grpc.addService(definition, Object.fromEntries(handlers));
  }
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        grpc.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, boundPort) => {
          if (error) reject(new Error(`Cannot listen on ${host}:${port}. Is the port taken?`, { cause: error }));
          else resolve({ port: boundPort });
        });
      }),
    drain: (graceMs) =>
      new Promise((resolve) => {
        const timer = clock.setTimer(graceMs, () => grpc.forceShutdown());
        grpc.tryShutdown(() => {
          timer.cancel();
          resolve();
        });
      }),
  };
}
