import type { QueryPlan } from '@apollo/query-planner';
import { anonymous } from '@tiffin/lib/identity/identity';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { OperationScope } from '@tiffin/lib/subgraph/operation-scope';
import type { DocumentNode, ExecutionResult } from 'graphql';
import type { Executor } from '../../gateway/executor.ts';
import { composeSupergraph } from './compose-supergraph.ts';
import {
  computedInputs,
  findEntityFamilies,
  findInputNames,
  findRequiredInputs,
  type RequiredInputs,
} from './entity-keys.ts';
import { createExecutors, type Executors, type SubgraphOf } from './executors.ts';
import type { RequestTarget } from './operation-writer.ts';
import type { CheckedRequest } from './random-operation.ts';
import { createRandomSubgraph } from './random-subgraph.ts';
import { World, type WorldOptions } from './random-world.ts';
import type { SupergraphSource } from './supergraphs/supergraph-source.ts';

/** An answer, or the error that the executor threw instead. */
export type Outcome = { readonly result: ExecutionResult } | { readonly thrown: unknown };

/** One run of a case by one executor, with the world as it is afterwards. */
export interface Observed {
  readonly outcome: Outcome;
  readonly world: World;
}

export interface ObservedPair {
  readonly oracle: Observed;
  readonly candidate: Observed;
}

/** Two executors of one supergraph over the same subgraphs. */
export interface ExecutorPair extends RequestTarget {
  /** Clients may meet objects of an interface whose subgraph does not know their type. */
  readonly hasInterfaceObjects: boolean;
  run(request: CheckedRequest, options: WorldOptions): Promise<ObservedPair>;
  /** The oracle alone. */
  runOracle(request: CheckedRequest, options: WorldOptions): Promise<Observed>;
  /** The plan of the request that ran last. */
  lastPlan(): QueryPlan | undefined;
  stop(): Promise<void>;
}

/** `changed` stands between the test and the candidate, for tests of the test. */
export async function createExecutorPair(
  source: SupergraphSource,
  changed: (candidate: Executor, oracle: Executor) => Executor = (candidate) => candidate,
): Promise<ExecutorPair> {
  const worlds = new Map<string, World>();
  const { supergraphSdl, subgraphs } = composeSupergraph(source);
  const federated = await createExecutors(
    supergraphSdl,
    createSubgraphs(subgraphs, findRequiredInputs, worlds),
  );
  const whole = await createWholeGraph(source, worlds);
  const { oracle } = whole ?? federated;
  const candidate = changed(federated.compiled, oracle);
  const runOne = async (executor: Executor, request: CheckedRequest, options: WorldOptions) => {
    const world = new World(options);
    const requestId = `${executor === oracle ? 'oracle' : 'candidate'} ${options.seed}`;
    const rehearsalId = `rehearsal ${options.seed}`;
    worlds.set(requestId, world);
    worlds.set(rehearsalId, new World({ ...options, seed: options.seed + 1 }));
    // What is compiled for one world, and for one set of flags, has to do for the next.
    const runs = executor === oracle ? [requestId] : [rehearsalId, rehearsalId, requestId];
    const outcome = await execute(executor, request, runs);
    worlds.delete(requestId);
    worlds.delete(rehearsalId);
    return { outcome, world };
  };
  return {
    schema: federated.oracle.schema,
    isOracleWhole: whole !== undefined,
    inputNames: findInputNames(subgraphs.values()),
    hasInterfaceObjects: supergraphSdl.includes('isInterfaceObject: true'),
    run: async (request, options) => ({
      oracle: await runOne(oracle, request, options),
      candidate: await runOne(candidate, request, options),
    }),
    runOracle: (request, options) => runOne(oracle, request, options),
    lastPlan: () => federated.lastPlan(),
    async stop() {
      await federated.stop();
      await whole?.stop();
    },
  };
}

async function createWholeGraph(
  { name, wholeGraph }: SupergraphSource,
  worlds: ReadonlyMap<string, World>,
): Promise<Executors | undefined> {
  if (!wholeGraph) return undefined;
  const { supergraphSdl, subgraphs } = composeSupergraph({ name, subgraphs: { whole: wholeGraph.sdl } });
  const required = computedInputs(wholeGraph.inputs);
  return createExecutors(
    supergraphSdl,
    createSubgraphs(subgraphs, () => required, worlds),
  );
}

function createSubgraphs(
  documents: ReadonlyMap<string, DocumentNode>,
  requiredBy: (subgraph: DocumentNode) => RequiredInputs,
  worlds: ReadonlyMap<string, World>,
): SubgraphOf {
  const families = findEntityFamilies(documents.values());
  const worldOf = (requestId: string) => {
    const world = worlds.get(requestId);
    if (!world) throw new Error(`A fetch came after its operation ${requestId}.`);
    return world;
  };
  const subgraphs = new Map(
    [...documents].map(([name, sdl]) => {
      const required = requiredBy(sdl);
      return [name, createRandomSubgraph({ name, sdl, families, required, worldOf })];
    }),
  );
  return (name) => {
    const subgraph = subgraphs.get(name);
    if (!subgraph) throw new Error(`There is no subgraph ${name}.`);
    return subgraph;
  };
}

/** Prepares the request and runs it once for each id; answers with the last. */
async function execute(
  executor: Executor,
  { text, document, node, variables }: CheckedRequest,
  requestIds: readonly string[],
): Promise<Outcome> {
  try {
    const prepared = await executor.prepare({ text, document, node });
    let result: ExecutionResult = {};
    for (const [run, requestId] of requestIds.entries()) {
      // The first of several runs has other flags; the second one compiles those of the last.
      const own = run === 0 && requestIds.length > 1 ? otherVariables(variables) : variables;
      result = await prepared.run(own, callOf(requestId), new OperationScope());
    }
    return { result };
  } catch (thrown) {
    return { thrown };
  }
}

const otherVariables = (variables: CheckedRequest['variables']) =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, typeof value === 'boolean' ? !value : value]),
  );

const callOf = (requestId: string): CallContext => ({
  requestId,
  identity: anonymous,
  deadlineMs: Number.POSITIVE_INFINITY,
  signal: new AbortController().signal,
});
