import type { ApolloGateway } from '@apollo/gateway';
import type { Clock } from '@tiffin/lib/clock/clock';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { Metrics } from '@tiffin/lib/telemetry/metrics';
import { type GraphQLSchema, parse } from 'graphql';
import { apolloDataSource, createApolloExecutor } from './apollo-executor.ts';
import { createApolloGateway } from './apollo-gateway.ts';
import { clientSchema } from './client-schema.ts';
import { createCompiledExecutor } from './executor/compiled-executor.ts';
import { createPlannerProcess } from './executor/planner-process.ts';
import type { Executor } from './executor.ts';
import { type JoinGraph, joinGraphs } from './join-graphs.ts';
import { OperationCache } from './operation-cache.ts';
import { refuseUnsupported } from './refuse-unsupported.ts';

/** Where a graph's supergraph comes from. */
export interface SupergraphSource {
  /** The SDL to start with. @throws with a sentence for people. */
  read(): Promise<string>;
  /** Calls `onChange` with each new SDL until stopped; absent where it never changes. */
  watch?(onChange: (supergraphSdl: string) => void): { stop(): void };
}

/** A subgraph, reached for one supergraph. */
export interface SubgraphConnection {
  readonly subgraph: Subgraph;
  /** Called when no request needs the supergraph any more. */
  close?(): Promise<void>;
}

export interface GraphOptions {
  readonly source: SupergraphSource;
  readonly connect: (subgraph: JoinGraph) => SubgraphConnection;
  /** Whose executor runs the plans. */
  readonly kind: 'compiled' | 'apollo';
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A supergraph in service, for one request. Dispose of it when the request is answered. */
export interface GraphLease extends Disposable {
  readonly schema: GraphQLSchema;
  readonly operations: OperationCache;
}

/** The graph that clients query, on whatever supergraph is in service. */
export interface Graph {
  /** The supergraph that a request is answered on, from its beginning to its end. */
  enter(): GraphLease;
  /** The subgraphs of the supergraph in service. */
  readonly subgraphs: readonly JoinGraph[];
  stop(): Promise<void>;
}

/**
 * Loads the supergraph and replaces it while requests run. Apollo's gateway loads and checks; a supergraph that it does
 * not take leaves the old one in service. Requests end on the supergraph that they began with.
 */
export async function createGraph(options: GraphOptions): Promise<Graph> {
  const { source, logger } = options;
  let current: Generation | undefined;
  let loading: Promise<void> = Promise.resolve();
  let retiring: Promise<unknown> = Promise.resolve();
  let isStopped = false;

  const gateway = createApolloGateway({
    async supergraphSdl({ update }) {
      const supergraphSdl = await source.read();
      const watch = source.watch?.((changed) => {
        try {
          update(changed);
        } catch (error) {
          refuse(error);
        }
      });
      return { supergraphSdl, cleanup: async () => watch?.stop() };
    },
    buildService: ({ name }) => apolloDataSource(() => inService().subgraphOf(name)),
  });

  function inService(): Generation {
    if (!current) throw new Error('The graph has no supergraph yet.');
    return current;
  }

  const refuse = (err: unknown) =>
    logger.error({ err }, 'the new supergraph cannot be served; the old one stays in service');

  async function replace(schema: GraphQLSchema, supergraphSdl: string): Promise<void> {
    const next = await Generation.start(schema, supergraphSdl, gateway, options);
    if (isStopped) return next.retire();
    const old = current;
    current = next;
    if (!old) return;
    logger.info({ subgraphs: next.subgraphs.map(({ name }) => name) }, 'supergraph replaced');
    retiring = Promise.all([retiring, old.retire()]);
  }

  gateway.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
    const load = () => replace(apiSchema, coreSupergraphSdl);
    // One after the other, so that the last one wins.
    loading = current ? loading.then(load).catch(refuse) : load();
  });
  try {
    await gateway.load();
    await loading;
  } catch (error) {
    await gateway.stop().catch(() => {});
    throw error;
  }

  return {
    enter: () => inService().enter(),
    get subgraphs() {
      return inService().subgraphs;
    },
    async stop() {
      isStopped = true;
      await gateway.stop();
      await loading;
      await Promise.all([retiring, current?.retire()]);
    },
  };
}

/** One supergraph from its start until the last request on it is answered. */
class Generation {
  readonly subgraphs: readonly JoinGraph[];
  readonly #connections: ReadonlyMap<string, SubgraphConnection>;
  readonly #executor: Executor;
  readonly #operations: OperationCache;
  #requests = 0;
  #isRetired = false;
  readonly #idle = Promise.withResolvers<void>();

  private constructor(
    subgraphs: readonly JoinGraph[],
    connections: ReadonlyMap<string, SubgraphConnection>,
    executor: Executor,
  ) {
    this.subgraphs = subgraphs;
    this.#connections = connections;
    this.#executor = executor;
    this.#operations = new OperationCache(executor);
  }

  static async start(
    apiSchema: GraphQLSchema,
    supergraphSdl: string,
    gateway: ApolloGateway,
    { connect, kind, clock, metrics }: GraphOptions,
  ): Promise<Generation> {
    const supergraph = parse(supergraphSdl, { noLocation: true });
    refuseUnsupported(supergraph);
    const schema = clientSchema(apiSchema, supergraph);
    const subgraphs = joinGraphs(supergraph);
    const connections = new Map(subgraphs.map((subgraph) => [subgraph.name, connect(subgraph)]));
    const executor =
      kind === 'apollo'
        ? createApolloExecutor(gateway, schema, clock)
        : createCompiledExecutor({
            schema,
            supergraph,
            planner: await createPlannerProcess({ supergraphSdl, clock, metrics }),
            subgraphOf: (name) => connectionOf(connections, name).subgraph,
            clock,
            metrics,
          });
    return new Generation(subgraphs, connections, executor);
  }

  subgraphOf(name: string): Subgraph {
    return connectionOf(this.#connections, name).subgraph;
  }

  enter(): GraphLease {
    this.#requests++;
    return {
      schema: this.#executor.schema,
      operations: this.#operations,
      [Symbol.dispose]: () => {
        this.#requests--;
        if (this.#isRetired && this.#requests === 0) this.#idle.resolve();
      },
    };
  }

  /** Lets the requests on it end, then everything that it stands on. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    if (this.#requests === 0) this.#idle.resolve();
    await this.#idle.promise;
    await this.#executor.stop();
    await Promise.all([...this.#connections.values()].map((connection) => connection.close?.()));
  }
}

function connectionOf(
  connections: ReadonlyMap<string, SubgraphConnection>,
  name: string,
): SubgraphConnection {
  const connection = connections.get(name);
  if (!connection) throw new Error(`The supergraph names no subgraph ${name}.`);
  return connection;
}
