import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../telemetry/metrics.ts';

export interface OpsOptions {
  /** Whether the process takes traffic: false before it has started and while it drains. */
  readonly isReady: () => boolean;
  readonly metrics: Metrics;
}

/** What orchestrators and Prometheus ask of every process: `/livez`, `/readyz`, `/metrics`. */
export function addOpsRoutes(app: FastifyInstance, { isReady, metrics }: OpsOptions): void {
  app.get('/livez', () => ({ status: 'alive' }));
  app.get('/readyz', (_request, reply) => {
    const ready = isReady();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });
  app.get('/metrics', async (_request, reply) => {
    reply.type('text/plain; version=0.0.4; charset=utf-8');
    return metrics.text();
  });
}
