import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Clock } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { addOpsRoutes, type OpsOptions } from '../http/ops-routes.ts';
import { type RequestBudget, requestCall, requestIdOf } from '../http/request-call.ts';
import { sendError } from '../http/send-error.ts';
import { type InternalTokenVerifier, identityHeader } from '../identity/internal-token.ts';
import type { Logger } from '../telemetry/logger.ts';
import { OperationScope } from './operation-scope.ts';
import type { Subgraph, SubgraphRequest } from './subgraph.ts';

export interface SubgraphServerOptions extends OpsOptions {
  readonly subgraph: Subgraph;
  readonly tokens: InternalTokenVerifier;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly budget: RequestBudget;
  readonly newRequestId: () => string;
  readonly maxBodyBytes?: number;
}

/** Serves a subgraph to gateways over HTTP. Requests without a signed identity are refused. */
export function createSubgraphServer(options: SubgraphServerOptions): FastifyInstance {
  const { subgraph, tokens, clock, maxBodyBytes = 4 * 1024 * 1024 } = options;
  const loggerInstance: FastifyBaseLogger = options.logger;
  const app = fastify({
    loggerInstance,
    disableRequestLogging: true,
    bodyLimit: maxBodyBytes,
    genReqId: (request) => requestIdOf(request.headers, options.newRequestId),
  });
  addOpsRoutes(app, options);
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, maxBodyBytes));

  app.post('/graphql', async (request, reply) => {
    const token = request.headers[identityHeader];
    if (typeof token !== 'string') throw new AppError('UNAUTHENTICATED', {});
    const identity = await tokens.verify(token);
    const subgraphRequest = toSubgraphRequest(request.body);
    using requested = requestCall(request, reply, identity, clock, options.budget);
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
