import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { AppError } from '../errors/app-error.ts';
import { requestIdFrom, requestIdHeader } from '../rpc/request-id.ts';
import type { Logger } from '../telemetry/logger.ts';
import { addOpsRoutes, type OpsOptions } from './ops-routes.ts';
import { sendError } from './send-error.ts';

/** A client that sends its request more slowly than this is cut off. */
const maxRequestReadMs = 30_000;

export interface HttpServerOptions extends OpsOptions {
  readonly logger: Logger;
  readonly newRequestId: () => string;
  /** The largest request body that is read. */
  readonly maxBodyBytes: number;
}

/** An HTTP server as all components have it: operations routes, request ids, and errors as entries of `errors[]`. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const { newRequestId, maxBodyBytes } = options;
  const loggerInstance: FastifyBaseLogger = options.logger;
  const app = fastify({
    loggerInstance,
    // Each component leaves its own line of a request; fastify's would hold the URL with a query's variables.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: maxBodyBytes,
    requestTimeout: maxRequestReadMs,
    genReqId: (request) => requestIdFrom(request.headers[requestIdHeader], newRequestId),
  });
  addOpsRoutes(app, options);
  app.setNotFoundHandler(() => {
    throw new AppError('ROUTE_NOT_FOUND', {});
  });
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, maxBodyBytes));
  return app;
}
