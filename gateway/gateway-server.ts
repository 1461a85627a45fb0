import type { Clock } from '@tiffin/lib/clock/clock';
import { createHttpServer } from '@tiffin/lib/http/http-server';
import type { OpsOptions } from '@tiffin/lib/http/ops-routes';
import { type RequestBudget, requestCall } from '@tiffin/lib/http/request-call';
import type { AccessTokenVerifier } from '@tiffin/lib/identity/access-token';
import { anonymous } from '@tiffin/lib/identity/identity';
import { requestIdHeader } from '@tiffin/lib/rpc/request-id';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { Tracing } from '@tiffin/lib/telemetry/tracing';
import type { FastifyInstance } from 'fastify';
import { authenticate } from './authenticate.ts';
import { refusedRequest, type ShownErrors } from './client-error.ts';
import { sendCompressed } from './compress.ts';
import { allowOrigins } from './cors.ts';
import type { Graph } from './graph.ts';
import { createGraphQLHandler } from './graphql-handler.ts';
import { KnownDocuments } from './known-documents.ts';
import type { ClientLimits } from './limits/client-limits.ts';
import { LiveHandler } from './live/live-handler.ts';
import { defaultLiveSettings, type LiveSettings } from './live/live-settings.ts';

export interface GatewayServerOptions extends OpsOptions {
  readonly graph: Graph;
  /** Verifies who sends a request. Without it everybody is anonymous and the Authorization header is nobody's business. */
  readonly tokens?: AccessTokenVerifier;
  /** Which of the subgraphs' errors clients see. */
  readonly errors: ShownErrors;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly budget: RequestBudget;
  /** Without it nothing is traced. */
  readonly tracing?: Pick<Tracing, 'rootSpan'>;
  readonly newRequestId: () => string;
  readonly maxBodyBytes: number;
  /** Whose X-Forwarded-For says where a request comes from. Default: nobody's. */
  readonly trustedProxies?: readonly string[];
  /** What bounds each client. Default: nothing. */
  readonly clients?: ClientLimits;
  /** Those that may be named by a hash. Default: what clients sent with one. */
  readonly documents?: KnownDocuments;
  /** Whose pages may read answers: `https://shop.example`. Default: nobody else's. */
  readonly corsOrigins?: readonly string[];
  /** Whether answers are compressed for clients that take it; events never are. Default true. */
  readonly compression?: boolean;
  /** Of subscriptions. Default: no signals, and the bounds of docs/configuration.md. */
  readonly live?: Partial<LiveSettings>;
}

/** For what graphql-http refuses without a word: a media type that it does not read (415) or write (406). */
const refusal = JSON.stringify({ errors: [refusedRequest(new Error('Send and accept application/json.'))] });

/** The one endpoint: `/graphql`, and what operations ask for. */
export function createGatewayServer(options: GatewayServerOptions): FastifyInstance {
  const { graph, tokens, clock, budget, tracing, clients, corsOrigins = [], compression = true } = options;
  const documents = options.documents ?? new KnownDocuments();
  const handle = createGraphQLHandler({ ...options, documents });
  const live = new LiveHandler({ ...options, documents }, { ...defaultLiveSettings, ...options.live });
  const app = createHttpServer(options);
  addRequestTelemetry(app, options);
  if (corsOrigins.length > 0) allowOrigins(app, corsOrigins);
  // Before the server waits for its connections to end.
  app.addHook('preClose', () => live.drain());

  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    // Before the body is read.
    async onRequest({ ip }) {
      clients?.countAddress(ip);
    },
    async handler(request, reply) {
      const identity = tokens ? await authenticate(request.headers.authorization, tokens) : anonymous;
      clients?.countUser(identity);
      if (await live.handle(request, reply, identity)) return reply;
      using requested = requestCall(request, reply, identity, clock, budget, tracing?.rootSpan);
      using lease = graph.enter();
      const { method, url, headers, body } = request;
      const [text, { status, headers: answerHeaders }] = await handle({
        method,
        url,
        headers: headers as Record<string, string>,
        body: body as string | Record<string, unknown> | null,
        raw: request,
        context: {
          call: requested.call,
          scope: new OperationScope(),
          graph: lease,
          onNewDocument: () => clients?.countNewDocument(identity, request.ip),
          answer: {},
        },
      });
      reply
        .code(status)
        .headers(answerHeaders ?? {})
        .header('cache-control', 'no-store')
        .type(answerHeaders?.['content-type'] ?? 'application/json; charset=utf-8');
      return compression ? sendCompressed(reply, text ?? refusal) : reply.send(text ?? refusal);
    },
  });
  return app;
}

/** Hands the request's id back, and leaves one log line and one measurement of every GraphQL request. */
function addRequestTelemetry(app: FastifyInstance, { metrics, clock, logger }: GatewayServerOptions): void {
  const duration = metrics.histogram({
    name: 'tiffin_http_request_duration_seconds',
    help: 'Time from the request to its answer.',
    labelNames: ['method', 'status'],
  });
  const startedAtMs = new WeakMap<object, number>();
  app.addHook('onRequest', async (request, reply) => {
    startedAtMs.set(request, clock.now());
    reply.header(requestIdHeader, request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.url !== '/graphql') return;
    const durationMs = clock.now() - (startedAtMs.get(request) ?? clock.now());
    const isLive = String(reply.raw.getHeader('content-type')).startsWith('text/event-stream');
    // How long a client watches says nothing of how fast it is answered.
    if (!isLive)
      duration.observe({ method: request.method, status: String(reply.statusCode) }, durationMs / 1_000);
    logger.info(
      { requestId: request.id, method: request.method, status: reply.statusCode, durationMs },
      'request',
    );
  });
}
