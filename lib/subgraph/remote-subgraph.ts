import { type ExecutionResult, GraphQLError } from 'graphql';
import { Pool } from 'undici';
import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { toAppError } from '../errors/normalize-error.ts';
import { requestIdHeader, requestTimeoutHeader } from '../http/request-call.ts';
import { errorExtensions } from '../http/send-error.ts';
import type { InternalTokenSigner } from '../identity/internal-token.ts';
import { identityHeader } from '../identity/internal-token.ts';
import { type CallContext, remainingMs } from '../rpc/call-context.ts';
import type { Subgraph, SubgraphRequest } from './subgraph.ts';

export interface RemoteSubgraphOptions {
  readonly name: string;
  /** Where its GraphQL endpoint is: `http://shop-subgraph:4001/graphql`. */
  readonly url: URL;
  readonly tokens: InternalTokenSigner;
  readonly clock: Clock;
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
  return {
    name: options.name,
    async execute(request, call) {
      try {
        return await post(request, call, pool, options);
      } catch (thrown) {
        return failure(thrown, call);
      }
    },
    close: () => pool.close(),
  };
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
  const result = (await body.json()) as ExecutionResult | null;
  if (result && (result.data !== undefined || Array.isArray(result.errors))) return result;
  throw new AppError('INTERNAL', {}, { cause: new Error(`${name} answered ${statusCode} without data or errors.`) });
}

/** No answer at all: the call's own end if it has ended, else the subgraph is out of reach. */
function failure(thrown: unknown, call: CallContext): ExecutionResult {
  const error = call.signal.aborted
    ? toAppError(call.signal.reason)
    : thrown instanceof AppError
      ? thrown
      : new AppError('UNAVAILABLE', { retryAfterMs: 1_000 }, { cause: thrown });
  return { errors: [new GraphQLError(error.message, { extensions: errorExtensions(error) })] };
}
