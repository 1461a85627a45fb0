import { type ExecutionResult, GraphQLError } from 'graphql';
import { type Dispatcher, errors, Pool } from 'undici';
import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { errorExtensions } from '../errors/error-extensions.ts';
import { toAppError } from '../errors/normalize-error.ts';
import { requestTimeoutHeader } from '../http/request-call.ts';
import type { InternalTokenSigner } from '../identity/internal-token.ts';
import { identityHeader } from '../identity/internal-token.ts';
import { type CallContext, remainingMs } from '../rpc/call-context.ts';
import { tellDegraded } from '../rpc/degraded-names.ts';
import { freshnessHeader, freshnessToSend } from '../rpc/freshness-header.ts';
import { requestIdHeader } from '../rpc/request-id.ts';
import { traceHeaders } from '../telemetry/in-span.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { InternalTls } from '../tls/internal-tls.ts';
import { mayMutate } from './may-mutate.ts';
import type { PreparedRequest, Subgraph, SubgraphOperation } from './subgraph.ts';

export interface RemoteSubgraphOptions {
  readonly name: string;
  /** Where its GraphQL endpoint is: `http://shop-subgraph:4001/graphql`. */
  readonly url: URL;
  /** Signs who calls, for a subgraph of ours. Another's subgraph is not told. */
  readonly tokens?: InternalTokenSigner | undefined;
  /** Whom we trust and who we are, where the URL begins with https://. Default: whom Node.js trusts, and nobody. */
  readonly tls?: InternalTls | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Sockets to the subgraph; requests beyond them wait. */
  readonly maxConnections?: number;
  readonly maxResponseBytes?: number;
}

export interface RemoteSubgraph extends Subgraph {
  close(): Promise<void>;
}

/**
 * A subgraph behind HTTP. The deadline, the request id and the trace travel in headers; to one of ours the signed identity
 * and the freshness too, and back come the names of what was degraded. Nobody reads the `extensions` of another's.
 */
export function createRemoteSubgraph(options: RemoteSubgraphOptions): RemoteSubgraph {
  // An idle socket is kept for as long as the subgraph's Keep-Alive header says, else for undici's four seconds.
  const pool = new Pool(options.url.origin, {
    connections: options.maxConnections ?? 64,
    maxResponseSize: options.maxResponseBytes ?? 16 * 1024 * 1024,
    connect: { ...options.tls?.own, ...(options.tls?.ca !== undefined && { ca: options.tls.ca }) },
  });

  function prepare(operation: SubgraphOperation): PreparedRequest {
    const head = bodyHead(operation);
    return async (variables, call) => {
      try {
        const body =
          variables === undefined ? `${head}}` : `${head},"variables":${JSON.stringify(variables)}}`;
        const send = () => post(body, call, pool, options);
        const response = await send().catch((thrown: unknown) => {
          // A mutation may have been made before the connection broke.
          if (isStaleSocket(thrown) && !mayMutate(operation.query)) return send();
          throw thrown;
        });
        const result = await resultOf(response, options);
        if (options.tokens && call.onDegraded) tellDegraded(result.extensions?.['degraded'], call.onDegraded);
        return result;
      } catch (thrown) {
        return failure(toCallError(thrown, call), call, options);
      }
    };
  }

  return {
    name: options.name,
    prepare,
    execute: (request, call, scope) => prepare(request)(request.variables, call, scope),
    close: () => pool.close(),
  };
}

/** The request's JSON as far as it is the same for each run. */
function bodyHead({ query, operationName }: SubgraphOperation): string {
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  return `{"query":${JSON.stringify(query)}${name}`;
}

async function post(
  body: string,
  call: CallContext,
  pool: Pool,
  { url, tokens, clock }: RemoteSubgraphOptions,
): Promise<Dispatcher.ResponseData> {
  const budgetMs = remainingMs(call, clock);
  if (budgetMs === 0) throw new AppError('DEADLINE_EXCEEDED', {});
  return pool.request({
    method: 'POST',
    path: url.pathname + url.search,
    headers: {
      'content-type': 'application/json',
      accept: `${graphqlMediaType}, application/json`,
      [requestIdHeader]: call.requestId,
      [requestTimeoutHeader]: String(budgetMs),
      ...traceHeaders(call),
      ...(tokens && (await headersForOurs(call, tokens))),
    },
    body,
    signal: call.signal,
    headersTimeout: budgetMs,
    bodyTimeout: budgetMs,
  });
}

async function headersForOurs(
  call: CallContext,
  tokens: InternalTokenSigner,
): Promise<Record<string, string>> {
  const freshness = freshnessToSend(call);
  return {
    [identityHeader]: await tokens.sign(call.identity),
    ...(freshness && { [freshnessHeader]: freshness }),
  };
}

/** The result that a subgraph sent. A refusal of the whole request is no result: it is between us and the subgraph. */
async function resultOf(
  response: Dispatcher.ResponseData,
  { name, tokens }: RemoteSubgraphOptions,
): Promise<ExecutionResult> {
  const { statusCode, body } = response;
  const value = parseJson(await body.text());
  const isResult = tokens ? statusCode === 200 && isGraphqlResult(value) : isForeignResult(response, value);
  if (isResult) return value as ExecutionResult;
  const cause = new Error(`Subgraph ${name} answered HTTP ${statusCode} without a GraphQL result.`);
  throw statusCode < 500 ? new AppError('INTERNAL', {}, { cause }) : unavailable(cause);
}

/** GraphQL over HTTP: where a response has this type it is a result, whatever its status. */
const graphqlMediaType = 'application/graphql-response+json';

/** Servers that are not ours put into a result what is wrong with the request as a whole, and say so by the status. */
function isForeignResult({ statusCode, headers }: Dispatcher.ResponseData, value: unknown): boolean {
  if (!isGraphqlResult(value)) return false;
  if (statusCode === 200) return true;
  const mediaType = String(headers['content-type'] ?? '')
    .split(';', 1)[0]
    ?.trim()
    .toLowerCase();
  if (mediaType === graphqlMediaType) return true;
  // Any JSON may have errors of its own kind.
  const hasErrors = value.errors?.length && value.errors.every((error) => typeof error?.message === 'string');
  return mediaType === 'application/json' && Boolean(hasErrors);
}

/**
 * Whether the subgraph seems to have closed the idle socket while the request was on its way. A socket on which nothing
 * ever came was new: the next would break as well.
 */
function isStaleSocket(thrown: unknown): boolean {
  if (thrown instanceof errors.SocketError) return Number(thrown.socket?.bytesRead) > 0;
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ECONNRESET';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isGraphqlResult(value: unknown): value is ExecutionResult {
  if (typeof value !== 'object' || value === null) return false;
  return (
    ('data' in value && typeof value.data === 'object') || ('errors' in value && Array.isArray(value.errors))
  );
}

/** What ended the call: its own end if it has ended, else the subgraph is out of reach. */
function toCallError(thrown: unknown, { signal }: CallContext): AppError {
  if (signal.aborted) return toAppError(signal.reason);
  if (thrown instanceof AppError) return thrown;
  // Both wait for as long as the call's budget lasts.
  if (thrown instanceof errors.HeadersTimeoutError || thrown instanceof errors.BodyTimeoutError) {
    return new AppError('DEADLINE_EXCEEDED', {}, { cause: thrown });
  }
  if (thrown instanceof errors.ResponseExceededMaxSizeError)
    return new AppError('INTERNAL', {}, { cause: thrown });
  return unavailable(thrown);
}

const unavailable = (cause: unknown) => new AppError('UNAVAILABLE', { retryAfterMs: 1_000 }, { cause });

/** The error as a result. What has a cause happened on the way, so nobody else can have logged it. */
function failure(
  error: AppError,
  { requestId }: CallContext,
  { name, logger }: RemoteSubgraphOptions,
): ExecutionResult {
  const { code, cause } = error;
  if (cause) logger.warn({ requestId, subgraph: name, code, err: cause }, 'subgraph call failed');
  return { errors: [new GraphQLError(error.message, { extensions: errorExtensions(error) })] };
}
