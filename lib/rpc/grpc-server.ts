import { randomUUID } from 'node:crypto';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerErrorResponse,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { retriedTrailer, statusDetailsTrailer, toGrpcStatus } from '../errors/grpc-status.ts';
import { toAppError } from '../errors/normalize-error.ts';
import type { Identity } from '../identity/identity.ts';
import { type InternalTokenVerifier, identityHeader } from '../identity/internal-token.ts';
import { traceparentHeader } from '../telemetry/traceparent.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { ServerTls } from '../tls/internal-tls.ts';
import type { CallContext } from './call-context.ts';
import { DegradedNames, degradedTrailer } from './degraded-names.ts';
import { freshnessFrom, freshnessHeader } from './freshness-header.ts';
import { type GrpcLimits, grpcSettings } from './grpc-settings.ts';
import { type RpcMethod, rpcMethod } from './interceptor.ts';
import type { ObserveOptions } from './observe-calls.ts';
import { requestIdFrom, requestIdHeader } from './request-id.ts';
import type { RpcServer } from './rpc-server.ts';
import type { ServiceDefinition } from './service.ts';

export interface GrpcServerOptions extends ObserveOptions, GrpcLimits {
  readonly server: RpcServer;
  readonly tokens: InternalTokenVerifier;
  /** Without it everything is in clear text. */
  readonly tls?: ServerTls | undefined;
  /** Finds the span of a caller in another process; without it nothing is traced. */
  readonly tracing?: Pick<Tracing, 'remoteSpan'>;
  /** Names a call whose caller did not. */
  readonly newRequestId?: () => string;
}

export interface GrpcServer {
  /** Binds the address; port 0 takes a free one. @throws Error when the address cannot be bound. */
  listen(host: string, port: number): Promise<{ readonly port: number }>;
  /** Takes no new calls, lets those that run finish for `graceMs`, then cancels them and closes every connection. */
  drain(graceMs: number): Promise<void>;
}

type UnaryCall = ServerUnaryCall<unknown, unknown>;
type Answer = sendUnaryData<unknown>;

/** Serves an RpcServer over gRPC. A call without a valid internal token is refused before anything runs. */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  // grpc-js's channelz stays on: without it, forceShutdown leaves every connection open.
  const grpc = new Server({ ...grpcSettings(options), 'grpc.max_concurrent_streams': 1_000 });
  for (const definition of options.server.services) {
    grpc.addService(definition, implementationOf(definition, options));
  }
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        grpc.bindAsync(`${host}:${port}`, credentialsOf(options), (error, boundPort) => {
          if (error)
            reject(new Error(`Cannot listen on ${host}:${port}; is the port taken?`, { cause: error }));
          else resolve({ port: boundPort });
        });
      }),
    drain: (graceMs) =>
      new Promise((resolve) => {
        const timer = options.clock.setTimer(graceMs, () => grpc.forceShutdown());
        grpc.tryShutdown(() => {
          timer.cancel();
          resolve();
        });
      }),
  };
}

function credentialsOf({ tls }: GrpcServerOptions): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  const { own, ca, isMutual } = tls;
  const pair = { cert_chain: Buffer.from(own.cert), private_key: Buffer.from(own.key) };
  return ServerCredentials.createSsl(ca === undefined ? null : Buffer.from(ca), [pair], isMutual);
}

function implementationOf(definition: ServiceDefinition, options: GrpcServerOptions) {
  const handlers = Object.entries(definition).map(([name, methodDefinition]) => {
    const method = rpcMethod(methodDefinition);
    return [name, (call: UnaryCall, answer: Answer) => void handle(call, answer, method, options)];
  });
  return Object.fromEntries(handlers);
}

async function handle(
  call: UnaryCall,
  answer: Answer,
  method: RpcMethod,
  options: GrpcServerOptions,
): Promise<void> {
  const freshness = freshnessFrom(call.metadata.get(freshnessHeader)[0]);
  const degraded = freshness === 'any' ? new DegradedNames() : undefined;
  let response: unknown;
  try {
    const reads = { freshness, onDegraded: degraded?.add };
    const context = await contextOf(call, method, reads, options);
    response = await options.server.dispatch(method.path, call.request, context);
  } catch (thrown) {
    // grpc-js counts a call that is answered by an error as cancelled, and nothing is under way that could end sooner.
    call.removeAllListeners('cancelled');
    return answer(toErrorResponse(toAppError(thrown)));
  }
  answer(null, response, degraded && trailerOf(degraded));
}

async function contextOf(
  call: UnaryCall,
  method: RpcMethod,
  reads: Pick<CallContext, 'freshness' | 'onDegraded'>,
  options: GrpcServerOptions,
): Promise<CallContext> {
  const { clock, newRequestId = randomUUID } = options;
  const requestId = requestIdFrom(call.metadata.get(requestIdHeader)[0], newRequestId);
  const deadlineMs = deadlineOf(call, clock);
  const abort = new AbortController();
  const onCancelled = () =>
    abort.abort(new AppError(clock.now() < deadlineMs ? 'CANCELLED' : 'DEADLINE_EXCEEDED', {}));
  call.once('cancelled', onCancelled);
  const identity = await authenticate(call, method, requestId, options);
  const span = options.tracing?.remoteSpan(call.metadata.get(traceparentHeader)[0]);
  return { requestId, identity, deadlineMs, signal: abort.signal, span, ...reads };
}

/** gRPC counts in real time, whatever clock is injected: what counts is the time that is left. */
function deadlineOf(call: UnaryCall, clock: Clock): number {
  return clock.now() + (Number(call.getDeadline()) - Date.now());
}

async function authenticate(
  call: UnaryCall,
  method: RpcMethod,
  requestId: string,
  { tokens, metrics, logger }: GrpcServerOptions,
): Promise<Identity> {
  const token = call.metadata.get(identityHeader)[0];
  try {
    if (typeof token !== 'string')
      throw new AppError('UNAUTHENTICATED', {}, { cause: new Error('No token.') });
    return await tokens.verify(token);
  } catch (thrown) {
    const error = toAppError(thrown);
    metrics.call(method, 'server', error.code, 0);
    logger.warn({ method: method.path, code: error.code, requestId, err: error.cause }, 'rpc refused');
    throw error;
  }
}

function trailerOf(degraded: DegradedNames): Metadata | undefined {
  const names = degraded.list();
  if (!names) return undefined;
  const metadata = new Metadata();
  metadata.set(degradedTrailer, names.join());
  return metadata;
}

function toErrorResponse(error: AppError): ServerErrorResponse {
  const { code, message, statusDetails } = toGrpcStatus(error);
  const metadata = new Metadata();
  metadata.set(statusDetailsTrailer, statusDetails);
  if (error.isRetried) metadata.set(retriedTrailer, '1');
  return { name: error.name, message, code, details: message, metadata };
}
