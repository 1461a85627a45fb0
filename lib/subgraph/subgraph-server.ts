import { TLSSocket } from 'node:tls';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { createHttpServer } from '../http/http-server.ts';
import type { OpsOptions } from '../http/ops-routes.ts';
import { type RequestBudget, requestCall } from '../http/request-call.ts';
import type { Identity } from '../identity/identity.ts';
import { type InternalTokenVerifier, identityHeader } from '../identity/internal-token.ts';
import { freshnessFrom, freshnessHeader } from '../rpc/freshness-header.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { ServerTls } from '../tls/internal-tls.ts';
import { mayMutate } from './may-mutate.ts';
import { OperationScope } from './operation-scope.ts';
import type { Subgraph, SubgraphRequest } from './subgraph.ts';
import { freshnessOf, withFreshness } from './with-freshness.ts';

export interface SubgraphServerOptions extends OpsOptions {
  readonly subgraph: Subgraph;
  readonly tokens: InternalTokenVerifier;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly budget: RequestBudget;
  /** Without it no trace of a gateway is continued. */
  readonly tracing?: Pick<Tracing, 'continuedSpan'>;
  readonly newRequestId: () => string;
  readonly maxBodyBytes?: number;
  /** Without it everything is in clear text. */
  readonly tls?: ServerTls | undefined;
}

/**
 * Serves a subgraph to gateways over HTTP. Requests without a signed identity are refused. A gateway says how fresh the
 * operation reads that it asks for a part of; where it does not, the part is looked at.
 */
export function createSubgraphServer(options: SubgraphServerOptions): FastifyInstance {
  const { subgraph, tokens, clock, budget, tracing, tls, maxBodyBytes = 4 * 1024 * 1024 } = options;
  const app = createHttpServer({ ...options, maxBodyBytes });

  // Before the body is read: who is not signed may not make us parse anything.
  const identities = new WeakMap<FastifyRequest, Identity>();
  const onRequest = async (request: FastifyRequest) => {
    if (tls?.isMutual && !hasCertificate(request)) throw new AppError('UNAUTHENTICATED', {});
    const token = request.headers[identityHeader];
    if (typeof token !== 'string') throw new AppError('UNAUTHENTICATED', {});
    identities.set(request, await tokens.verify(token));
  };

  app.post('/graphql', { onRequest }, async (request, reply) => {
    const identity = identities.get(request);
    if (!identity) throw new AppError('UNAUTHENTICATED', {});
    const subgraphRequest = toSubgraphRequest(request.body);
    using requested = requestCall(request, reply, identity, clock, budget, tracing?.continuedSpan);
    const freshness =
      freshnessFrom(request.headers[freshnessHeader]) ?? freshnessOf(mayMutate(subgraphRequest.query));
    return await withFreshness(freshness, requested.call, (call) =>
      subgraph.execute(subgraphRequest, call, new OperationScope()),
    );
  });
  return app;
}

/** Whether the caller showed a certificate of our authority. */
const hasCertificate = ({ raw: { socket } }: FastifyRequest): boolean =>
  socket instanceof TLSSocket && socket.authorized;

function toSubgraphRequest(body: unknown): SubgraphRequest {
  const { query, operationName, variables } = (body ?? {}) as Record<keyof SubgraphRequest, unknown>;
  const isNamed = operationName == null || typeof operationName === 'string';
  if (typeof query !== 'string' || !isNamed || typeof (variables ?? {}) !== 'object') {
    throw new AppError('MALFORMED_REQUEST', {});
  }
  return {
    query,
    operationName: operationName ?? undefined,
    variables: (variables ?? undefined) as SubgraphRequest['variables'],
  };
}
