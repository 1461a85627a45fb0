import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addVary } from './add-vary.ts';

/** Browsers ask again after so long; Chromium keeps an answer no longer. */
const maxAgeSeconds = 7_200;
/** What scripts may read of an answer besides its body and type. */
const exposed = 'x-request-id, retry-after';
/** Names of headers, as a browser lists them. */
const headerNames = /^[a-z0-9-]+(, ?[a-z0-9-]+){0,49}$/i;

/**
 * Lets pages of the listed origins read answers of `/graphql`: cross-origin resource sharing as the Fetch standard has
 * it. Credentials are never allowed: a token travels in a header that the page sets itself.
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  const allowed = new Set(origins);

  function admit({ headers: { origin } }: FastifyRequest, reply: FastifyReply): boolean {
    // Also where the origin is not allowed: a cache must not hand that answer to one that is.
    addVary(reply, 'origin');
    if (origin === undefined || !allowed.has(origin)) return false;
    reply.header('access-control-allow-origin', origin);
    return true;
  }

  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.url !== '/graphql' || request.method === 'OPTIONS') return;
    if (admit(request, reply)) reply.header('access-control-expose-headers', exposed);
  });

  app.options('/graphql', (request, reply) => {
    addVary(reply, 'access-control-request-headers');
    const wanted = request.headers['access-control-request-headers'];
    if (admit(request, reply)) {
      reply.header('access-control-allow-methods', 'GET, POST');
      reply.header('access-control-max-age', maxAgeSeconds);
      if (wanted !== undefined && headerNames.test(wanted))
        reply.header('access-control-allow-headers', wanted);
    }
    return reply.code(204).send();
  });
}
