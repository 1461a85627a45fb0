import type { FastifyInstance } from 'fastify';
import type { RequestBudget } from '../http/request-call.ts';
import type { Subgraph } from '../subgraph/subgraph.ts';
import type { Platform } from './service.ts';

/** What a process gives to the gateway that runs in it. */
export interface GatewayPlatform extends Pick<Platform, 'clock' | 'logger' | 'metrics' | 'env' | 'dataDir'> {
  /** The subgraph that the supergraph calls `name`, wherever it runs. */
  readonly subgraph: (name: string) => Subgraph;
  readonly budget: RequestBudget;
  /** Whether the process takes traffic. */
  readonly isReady: () => boolean;
}

/** The gateway after its start, not yet listening. */
export interface RunningGateway {
  readonly http: FastifyInstance;
  stop(): Promise<void>;
}

/** The `start` that the gateway's `main.ts` exports. */
export type StartGateway = (platform: GatewayPlatform) => Promise<RunningGateway>;
