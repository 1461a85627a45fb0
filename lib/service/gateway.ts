import type { FastifyInstance } from 'fastify';
import type { ConfigSchema } from '../config/config.ts';
import type { RedisClient } from '../engines/redis.ts';
import type { RequestBudget } from '../http/request-call.ts';
import type { LiveSignals } from '../live/live-signals.ts';
import type { Subgraph } from '../subgraph/subgraph.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { InternalTls } from '../tls/internal-tls.ts';
import type { Platform } from './service.ts';

/** What a process gives to the gateway that runs in it. */
export interface GatewayPlatform extends Pick<Platform, 'clock' | 'logger' | 'metrics' | 'env' | 'dataDir'> {
  /** The subgraph that the supergraph calls `name`, wherever it runs. */
  readonly subgraph: (name: string) => Subgraph;
  /** What tells subscriptions of changes. Stopped by whoever opened it. */
  openLiveSignals(): Promise<LiveSignals>;
  /** Connects to the Redis that gateways share; undefined where there is none. Closed by whoever opened it. */
  readonly openSharedRedis: (() => Promise<RedisClient>) | undefined;
  /** Draws the requests that are traced. */
  readonly tracing: Pick<Tracing, 'rootSpan'>;
  readonly budget: RequestBudget;
  /** Whether the process takes traffic. */
  readonly isReady: () => boolean;
}

/** The gateway after its start, not yet listening. */
export interface RunningGateway {
  readonly http: FastifyInstance;
  /** What a person should know who started it, a line each. */
  readonly notes?: readonly string[];
  stop(): Promise<void>;
}

/** The `start` that the gateway's `main.ts` exports. */
export type StartGateway = (platform: GatewayPlatform) => Promise<RunningGateway>;

/** What a process gives to a gateway that stands alone: it reaches its subgraphs by itself and keeps nothing on disk. */
export interface StandalonePlatform
  extends Omit<GatewayPlatform, 'subgraph' | 'openLiveSignals' | 'openSharedRedis' | 'dataDir'> {
  /** The path of the supergraph, as the person wrote it. */
  readonly supergraphFile: string;
  /** Who it is to its subgraphs, and whom it trusts. */
  readonly tls?: InternalTls | undefined;
}

/** How a gateway starts over a supergraph file, as its `standalone.ts` exports it. */
export interface StandaloneGateway {
  readonly start: (platform: StandalonePlatform) => Promise<RunningGateway>;
  readonly variables: ConfigSchema;
}
