import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { AppError } from '../errors/app-error.ts';
import { requestIdFrom, requestIdHeader } from '../rpc/request-id.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ServerTls } from '../tls/internal-tls.ts';
import { addOpsRoutes, type OpsOptions } from './ops-routes.ts';
import { sendError } from './send-error.ts';

/** A client that sends its request more slowly than this is cut off. */
const defaultRequestReadMs = 30_000;
/** Node looks for such clients now and then, twice a minute unless it is told to look more often. */
const maxLookMs = 1_000;

export interface HttpServerOptions extends OpsOptions {
  readonly logger: Logger;
  readonly newRequestId: () => string;
  /** The largest request body that is read. */
  readonly maxBodyBytes: number;
  /** For a client to send its request, headers and body. Default 30,000. */
  readonly maxRequestReadMs?: number;
  /** Addresses and networks of proxies whose X-Forwarded-For says where a request comes from. Default: none. */
  readonly trustedProxies?: readonly string[];
  /** Without it everything is in clear text. */
  readonly tls?: ServerTls | undefined;
}

/** An HTTP server as all components have it: operations routes, request ids, and errors as entries of `errors[]`. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const {
    newRequestId,
    maxBodyBytes,
    trustedProxies = [],
    maxRequestReadMs = defaultRequestReadMs,
  } = options;
  const loggerInstance: FastifyBaseLogger = options.logger;
  const app = fastify({
    loggerInstance,
    // Each component leaves its own line of a request; fastify's would hold the URL with a query's variables.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: maxBodyBytes,
    requestTimeout: maxRequestReadMs,
    ...nodeOptionsOf(options.tls, maxRequestReadMs),
    // Addresses that fastify cannot read never reach the error handler.
    frameworkErrors: (error, _request, reply) => void sendError(reply, error, maxBodyBytes),
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    genReqId: (request) => requestIdFrom(request.headers[requestIdHeader], newRequestId),
  });
  addOpsRoutes(app, options);
  app.setNotFoundHandler(() => {
    throw new AppError('ROUTE_NOT_FOUND', {});
  });
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, maxBodyBytes));
  return app;
}

/** What Node is told of its server: whether it is encrypted, and how long clients may take. */
function nodeOptionsOf(tls: ServerTls | undefined, maxRequestReadMs: number) {
  const node = {
    requestTimeout: maxRequestReadMs,
    headersTimeout: maxRequestReadMs,
    connectionsCheckingInterval: Math.min(maxRequestReadMs, maxLookMs),
  };
  return { http: node, https: tls ? { ...node, ...httpsOf(tls) } : null };
}

/** Orchestrators and Prometheus show no certificate: routes say themselves for whom they want one. */
function httpsOf({ own, ca, isMutual }: ServerTls) {
  return { ...own, ca, requestCert: isMutual, rejectUnauthorized: false };
}
