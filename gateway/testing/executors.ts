import { type Clock, systemClock } from '@tiffin/lib/clock/clock';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import { createMetrics, type Metrics } from '@tiffin/lib/telemetry/metrics';
import { parse } from 'graphql';
import { apolloDataSource, createApolloExecutor } from '../apollo-executor.ts';
import { createApolloGateway } from '../apollo-gateway.ts';
import { clientSchema } from '../client-schema.ts';
import { createApolloPlanner } from '../executor/apollo-planner.ts';
import { createCompiledExecutor } from '../executor/compiled-executor.ts';
import type { Executor } from '../executor.ts';

type SubgraphOf = (name: string) => Subgraph;

/** Both executors on one supergraph that never changes. */
export interface Executors {
  readonly apollo: Executor;
  readonly compiled: Executor;
  /** What the compiled one counts. */
  readonly metrics: Metrics;
  stop(): Promise<void>;
}

/** Loads a supergraph for tests: planning happens in this thread. */
export async function loadExecutors(
  supergraphSdl: string,
  subgraphOf: SubgraphOf,
  clock: Clock = systemClock,
): Promise<Executors> {
  const gateway = createApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => apolloDataSource(() => subgraphOf(name)),
  });
  const { schema: apiSchema } = await gateway.load();
  const metrics = createMetrics();
  const planner = createApolloPlanner(supergraphSdl);
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const schema = clientSchema(apiSchema, supergraph);
  return {
    apollo: createApolloExecutor(gateway, apiSchema, clock),
    compiled: createCompiledExecutor({ schema, supergraph, planner, subgraphOf, clock, metrics }),
    metrics,
    stop: () => gateway.stop(),
  };
}
