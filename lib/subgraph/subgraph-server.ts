import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { createHttpServer } from '../http/http-server.ts';
import type { OpsOptions } from '../http/ops-routes.ts';
import { type RequestBudget, requestCall } from '../http/request-call.ts';
import type { Identity } from '../identity/identity.ts';
import { type InternalTokenVerifier, identityHeader } from '../identity/internal-token.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { OperationScope } from './operation-scope.ts';
import type { Subgraph, SubgraphRequest } from './subgraph.ts';

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
}

/** Serves a subgraph to gateways over HTTP. Requests without a signed identity are refused. */
export function createSubgraphServer(options: SubgraphServerOptions): FastifyInstance {
  const { subgraph, tokens, clock, budget, tracing, maxBodyBytes = 4 * 1024 * 1024 } = options;
  const app = createHttpServer({ ...options, maxBodyBytes });

  // Before the body is read: who is not signed may not make us parse anything.
  const identities = new WeakMap<FastifyRequest, Identity>();
  const onRequest = async (request: FastifyRequest) => {
    const token = request.headers[identityHeader];
    if (typeof token !== 'string') throw new AppError('UNAUTHENTICATED', {});
    identities.set(request, await tokens.verify(token));
  };

  app.post('/graphql', { onRequest }, async (request, reply) => {
    const identity = identities.get(request);
    if (!identity) throw new AppError('UNAUTHENTICATED', {});
    const subgraphRequest = toSubgraphRequest(request.body);
    using requested = requestCall(request, reply, identity, clock, budget, tracing?.continuedSpan);
    return await subgraph.execute(subgraphRequest, requested.call, new OperationScope());
  });
  return app;
}

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
