import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { retriedTrailer } from '../errors/grpc-status.ts';
import { toAppError } from '../errors/normalize-error.ts';
import { type InternalTokenSigner, identityHeader } from '../identity/internal-token.ts';
import { traceparentHeader } from '../telemetry/traceparent.ts';
import type { InternalTls } from '../tls/internal-tls.ts';
import { remainingMs } from './call-context.ts';
import { degradedTrailer, tellDegraded } from './degraded-names.ts';
import { freshnessHeader, freshnessToSend } from './freshness-header.ts';
import { type GrpcLimits, grpcSettings } from './grpc-settings.ts';
import type { RpcCall } from './interceptor.ts';
import { requestIdHeader } from './request-id.ts';
import type { RpcTransport } from './rpc-transport.ts';

export interface GrpcTransportOptions extends GrpcLimits {
  /** `host:port`; a name is resolved by DNS. */
  readonly address: string;
  readonly tokens: InternalTokenSigner;
  /** Without it everything is in clear text. */
  readonly tls?: InternalTls | undefined;
  readonly clock: Clock;
}

/** Carries calls over one gRPC channel, which connects with the first call and again whenever it broke. */
export function createGrpcTransport(options: GrpcTransportOptions): RpcTransport {
  const { address, tokens, clock } = options;
  let client: Client | undefined;
  let isClosed = false;
  return {
    async call(call) {
      const token = await tokens.sign(call.context.identity);
      if (isClosed) throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
      client ??= new Client(address, credentialsOf(options), channelOptions(options));
      return send(client, call, token, clock);
    },
    close() {
      isClosed = true;
      client?.close();
    },
  };
}

function credentialsOf({ tls }: GrpcTransportOptions): ChannelCredentials {
  if (!tls) return credentials.createInsecure();
  const bytes = (pem: string | undefined) => (pem === undefined ? null : Buffer.from(pem));
  return credentials.createSsl(bytes(tls.ca), bytes(tls.own?.key), bytes(tls.own?.cert));
}

function channelOptions(limits: GrpcLimits) {
  return {
    ...grpcSettings(limits),
    // Retries belong to retryCalls, which knows what may be sent twice.
    'grpc.enable_retries': 0,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 5_000,
    'grpc.service_config_disable_resolution': 1,
    // A link between our own processes never goes through a proxy that the environment names.
    'grpc.enable_http_proxy': 0,
  };
}

function send(
  client: Client,
  { method, request, context }: RpcCall,
  token: string,
  clock: Clock,
): Promise<unknown> {
  const { definition, path } = method;
  const { signal, requestId, span, onDegraded } = context;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(toAppError(signal.reason));
    const metadata = new Metadata();
    metadata.set(requestIdHeader, requestId);
    metadata.set(identityHeader, token);
    if (span) metadata.set(traceparentHeader, span.traceparent);
    const freshness = freshnessToSend(context);
    if (freshness) metadata.set(freshnessHeader, freshness);
    // gRPC counts in real time, whatever clock is injected: what counts is the time that is left.
    const deadline = Date.now() + remainingMs(context, clock);
    const { requestSerialize, responseDeserialize } = definition;
    const onAbort = () => running.cancel();
    const onAnswer = (error: ServiceError | null, response?: unknown) => {
      signal.removeEventListener('abort', onAbort);
      if (!error) resolve(response);
      else reject(signal.aborted ? toAppError(signal.reason) : fromServiceError(error));
    };
    const running = withoutStackTraces(() =>
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        { deadline },
        onAnswer,
      ),
    );
    signal.addEventListener('abort', onAbort);
    if (freshness !== 'any' || !onDegraded) return;
    // Comes in the turn of the answer, so that the caller knows before it goes on.
    running.once('status', ({ metadata: trailer }) => {
      const names = trailer.get(degradedTrailer)[0];
      if (names) tellDegraded(String(names).split(','), onDegraded);
    });
  });
}

/**
 * grpc-js takes a stack trace of each call, for the error that it may end with; that is a tenth of what a call costs, and
 * our errors have traces of their own.
 */
function withoutStackTraces<Result>(run: () => Result): Result {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function fromServiceError(serviceError: ServiceError): AppError {
  const error = toAppError(serviceError);
  return serviceError.metadata.get(retriedTrailer)[0] === '1' ? error.asRetried() : error;
}
