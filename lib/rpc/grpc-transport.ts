import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { retriedTrailer } from '../errors/grpc-status.ts';
import { toAppError } from '../errors/normalize-error.ts';
import { type InternalTokenSigner, identityHeader } from '../identity/internal-token.ts';
import { traceparentHeader } from '../telemetry/traceparent.ts';
import { remainingMs } from './call-context.ts';
import { type GrpcLimits, grpcSettings } from './grpc-settings.ts';
import type { RpcCall } from './interceptor.ts';
import { requestIdHeader } from './request-id.ts';
import type { RpcTransport } from './rpc-transport.ts';

export interface GrpcTransportOptions extends GrpcLimits {
  /** `host:port`; a name is resolved by DNS. */
  readonly address: string;
  readonly tokens: InternalTokenSigner;
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
      client ??= new Client(address, credentials.createInsecure(), channelOptions(options));
      return send(client, call, token, clock);
    },
    close() {
      isClosed = true;
      client?.close();
    },
  };
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
  const { signal, requestId, span } = context;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(toAppError(signal.reason));
    const metadata = new Metadata();
    metadata.set(requestIdHeader, requestId);
    metadata.set(identityHeader, token);
    if (span) metadata.set(traceparentHeader, span.traceparent);
    // gRPC counts in real time, whatever clock is injected: what counts is the time that is left.
    const deadline = Date.now() + remainingMs(context, clock);
    const { requestSerialize, responseDeserialize } = definition;
    const onAbort = () => running.cancel();
    const running = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      { deadline },
      (error, response) => {
        signal.removeEventListener('abort', onAbort);
        if (!error) resolve(response);
        else reject(signal.aborted ? toAppError(signal.reason) : fromServiceError(error));
      },
    );
    signal.addEventListener('abort', onAbort);
  });
}

function fromServiceError(serviceError: ServiceError): AppError {
  const error = toAppError(serviceError);
  return serviceError.metadata.get(retriedTrailer)[0] === '1' ? error.asRetried() : error;
}
