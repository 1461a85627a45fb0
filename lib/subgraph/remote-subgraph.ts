import { type ExecutionResult, GraphQLError } from 'graphql';
import { errors, Pool } from 'undici';
import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { errorExtensions } from '../errors/error-extensions.ts';
import { toAppError } from '../errors/normalize-error.ts';
import { requestTimeoutHeader } from '../http/request-call.ts';
import type { InternalTokenSigner } from '../identity/internal-token.ts';
import { identityHeader } from '../identity/internal-token.ts';
import { type CallContext, remainingMs } from '../rpc/call-context.ts';
import { requestIdHeader } from '../rpc/request-id.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Subgraph, SubgraphRequest } from './subgraph.ts';

export interface RemoteSubgraphOptions {
  readonly name: string;
  /** Where its GraphQL endpoint is: `http://shop-subgraph:4001/graphql`. */
  readonly url: URL;
  readonly tokens: InternalTokenSigner;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Sockets to the subgraph; requests beyond them wait. */
  readonly maxConnections?: number;
  readonly maxResponseBytes?: number;
}

export interface RemoteSubgraph extends Subgraph {
  close(): Promise<void>;
}

/** A subgraph behind HTTP. The deadline, the request id and the signed identity travel in headers. */
export function createRemoteSubgraph(options: RemoteSubgraphOptions): RemoteSubgraph {
  const pool = new Pool(options.url.origin, {
    connections: options.maxConnections ?? 64,
    maxResponseSize: options.maxResponseBytes ?? 16 * 1024 * 1024,
  });
  const subgraph: RemoteSubgraph = {
    name: options.name,
    prepare: (operation) => (variables, call, scope) =>
      subgraph.execute({ ...operation, variables }, call, scope),
    async execute(request, call) {
      try {
        return await post(request, call, pool, options);
      } catch (thrown) {
        return failure(toCallError(thrown, call), call, options);
      }
    },
    close: () => pool.close(),
  };
  return subgraph;
}

async function post(
  request: SubgraphRequest,
  call: CallContext,
  pool: Pool,
  { name, url, tokens, clock }: RemoteSubgraphOptions,
): Promise<ExecutionResult> {
  const budgetMs = remainingMs(call, clock);
  if (budgetMs === 0) throw new AppError('DEADLINE_EXCEEDED', {});
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: url.pathname + url.search,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      [requestIdHeader]: call.requestId,
      [requestTimeoutHeader]: String(budgetMs),
      [identityHeader]: await tokens.sign(call.identity),
    },
    body: JSON.stringify(request),
    signal: call.signal,
    headersTimeout: budgetMs,
    bodyTimeout: budgetMs,
  });
  return resultOf(statusCode, await body.text(), name);
}

/** The result that a subgraph sent. A refusal of the whole request is no result: it is between us and the subgraph. */
function resultOf(statusCode: number, text: string, name: string): ExecutionResult {
  const result = statusCode === 200 ? parseJson(text) : undefined;
  if (isResult(result)) return result;
  const cause = new Error(`Subgraph ${name} answered HTTP ${statusCode} without a GraphQL result.`);
  throw statusCode < 500 ? new AppError('INTERNAL', {}, { cause }) : unavailable(cause);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isResult(value: unknown): value is ExecutionResult {
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
