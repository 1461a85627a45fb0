import type { QueryPlan } from '@apollo/query-planner';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { parse } from 'graphql';
import { apolloDataSource, createApolloExecutor } from '../../gateway/apollo-executor.ts';
import { createApolloGateway } from '../../gateway/apollo-gateway.ts';
import { createApolloPlanner } from '../../gateway/executor/apollo-planner.ts';
import { createCompiledExecutor } from '../../gateway/executor/compiled-executor.ts';
import type { Executor } from '../../gateway/executor.ts';

/** The same for both, so that both run the same plans; low, because random operations are harder than real ones. */
const limits = { maxEvaluatedPlans: 100, maxPathOptions: 200 };

export type SubgraphOf = (name: string) => Subgraph;

/** The executors of a supergraph, built as the gateway builds them. */
export interface Executors {
  readonly oracle: Executor;
  readonly compiled: Executor;
  /** The plan of the operation that the compiled executor prepared last. */
  lastPlan(): QueryPlan | undefined;
  stop(): Promise<void>;
}

export async function createExecutors(supergraphSdl: string, subgraphOf: SubgraphOf): Promise<Executors> {
  // No call of these tests has a deadline, so that no timer is ever set.
  const clock = new VirtualClock();
  const gateway = createApolloGateway({
    supergraphSdl,
    queryPlannerConfig: {
      debug: { maxEvaluatedPlans: limits.maxEvaluatedPlans, pathsLimit: limits.maxPathOptions },
    },
    buildService: ({ name }) => apolloDataSource(() => subgraphOf(name)),
  });
  const { schema } = await gateway.load();
  const oracle = createApolloExecutor(gateway, schema, clock);
  const planner = createApolloPlanner(supergraphSdl, limits);
  let lastPlan: QueryPlan | undefined;
  const compiled = createCompiledExecutor({
    schema,
    supergraph: parse(supergraphSdl),
    planner: {
      async plan(operation) {
        lastPlan = await planner.plan(operation);
        return lastPlan;
      },
      stop: () => planner.stop(),
    },
    subgraphOf,
    clock,
    metrics: createMetrics(),
  });
  return {
    oracle,
    compiled,
    lastPlan: () => lastPlan,
    async stop() {
      await compiled.stop();
      await oracle.stop();
      await gateway.stop();
    },
  };
}
