import type { Clock } from '@tiffin/lib/clock/clock';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { Metrics } from '@tiffin/lib/telemetry/metrics';
import { type DocumentNode, type GraphQLSchema, parse } from 'graphql';
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

/** What a new supergraph prepares of the old one's operations before it takes over, and how long that may take. */
const maxWarmOperations = 1_000;
const maxWarmUpMs = 10_000;

/**
 * Loads the supergraph and replaces it while requests run. Apollo's gateway loads and checks; a supergraph that it does
 * not take leaves the old one in service. Requests end on the supergraph that they began with.
 */
export async function createGraph(options: GraphOptions): Promise<Graph> {
  const { source, logger } = options;
  let current: Generation | undefined;
  let loading: Promise<void> = Promise.resolve();
  let isStopped = false;
  let change: (supergraphSdl: string) => void = () => {};
  let changedAtStart: string | undefined;
  const retiring = new Set<Promise<void>>();

  const gateway = createApolloGateway({
    async supergraphSdl({ update }) {
      const supergraphSdl = await source.read();
      change = (changed) => {
        try {
          update(changed);
        } catch (error) {
          refuse(error);
        }
      };
      const watch = source.watch?.((changed) => {
        if (current) change(changed);
        // Apollo's gateway would let the first one win.
        else changedAtStart = changed;
      });
      return { supergraphSdl, cleanup: async () => watch?.stop() };
    },
    // It loads and checks, and runs nothing: each supergraph in service has an executor of its own.
    buildService: () => ({ process: () => Promise.reject(new Error('This gateway asks no subgraph.')) }),
  });

  function inService(): Generation {
    if (!current) throw new Error('The graph has no supergraph yet.');
    return current;
  }

  const refuse = (err: unknown) =>
    logger.error({ err }, 'the new supergraph cannot be served; the old one stays in service');

  function retire(generation: Generation): void {
    const done = generation
      .retire()
      .catch((err) => logger.error({ err }, 'a supergraph did not end cleanly'))
      .then(() => void retiring.delete(done));
    retiring.add(done);
  }

  async function replace(schema: GraphQLSchema, supergraphSdl: string): Promise<void> {
    const old = current;
    const next = await Generation.start(schema, supergraphSdl, options);
    if (old) await next.warmUp(old);
    if (isStopped) return retire(next);
    current = next;
    if (!old) return;
    logger.info({ subgraphs: next.subgraphs.map(({ name }) => name) }, 'supergraph replaced');
    retire(old);
  }

  gateway.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
    // One after the other, so that the last one wins. The first has to succeed; a later one may fail.
    const load = () => replace(apiSchema, coreSupergraphSdl);
    loading = current ? loading.then(load).catch(refuse) : load();
  });

  async function stop(): Promise<void> {
    isStopped = true;
    await gateway.stop().catch(() => {});
    await loading.catch(() => {});
    if (current) {
      // What waits for a plan would make the others wait for it.
      await current.stopPlanning();
      retire(current);
    }
    await Promise.all(retiring);
  }

  let stopping: Promise<void> | undefined;
  const stopOnce = () => (stopping ??= stop());
  try {
    await gateway.load();
    await loading;
    inService();
    if (changedAtStart !== undefined) change(changedAtStart);
  } catch (error) {
    await stopOnce();
    throw error;
  }

  return {
    enter: () => inService().enter(),
    get subgraphs() {
      return inService().subgraphs;
    },
    stop: stopOnce,
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
    clock: Clock,
  ) {
    this.subgraphs = subgraphs;
    this.#connections = connections;
    this.#executor = executor;
    this.#operations = new OperationCache(executor, {}, clock);
  }

  static async start(
    apiSchema: GraphQLSchema,
    supergraphSdl: string,
    options: GraphOptions,
  ): Promise<Generation> {
    const supergraph = parse(supergraphSdl, { noLocation: true });
    refuseUnsupported(supergraph);
    const subgraphs = joinGraphs(supergraph);
    const connections = new Map<string, SubgraphConnection>();
    try {
      for (const subgraph of subgraphs) connections.set(subgraph.name, options.connect(subgraph));
      const executor = await startExecutor(apiSchema, supergraphSdl, supergraph, connections, options);
      return new Generation(subgraphs, connections, executor, options.clock);
    } catch (error) {
      await closeAll(connections);
      throw error;
    }
  }

  /** Prepares what the clients of another supergraph ask for most recently, so that they need not wait for it. */
  async warmUp(other: Generation): Promise<void> {
    await this.#operations.prepareAll(other.#operations.recent(maxWarmOperations), maxWarmUpMs);
  }

  stopPlanning(): Promise<void> {
    return this.#executor.stop();
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
    await closeAll(this.#connections);
  }
}

async function startExecutor(
  apiSchema: GraphQLSchema,
  supergraphSdl: string,
  supergraph: DocumentNode,
  connections: ReadonlyMap<string, SubgraphConnection>,
  { kind, clock, metrics }: GraphOptions,
): Promise<Executor> {
  const subgraphOf = (name: string) => connectionOf(connections, name).subgraph;
  if (kind === 'apollo') {
    // One of its own: Apollo's executor always runs on the newest supergraph of its gateway.
    const gateway = createApolloGateway({
      supergraphSdl,
      buildService: ({ name }) => apolloDataSource(() => subgraphOf(name)),
    });
    const { schema } = await gateway.load();
    const executor = createApolloExecutor(gateway, schema, clock);
    return { ...executor, stop: () => gateway.stop() };
  }
  const planner = await createPlannerProcess({ supergraphSdl, clock, metrics });
  const schema = clientSchema(apiSchema, supergraph);
  return createCompiledExecutor({ schema, supergraph, planner, subgraphOf, clock, metrics });
}

/** All of them, also where one fails. */
async function closeAll(connections: ReadonlyMap<string, SubgraphConnection>): Promise<void> {
  const closing = [...connections.values()].map(async (connection) => connection.close?.());
  const failed = (await Promise.allSettled(closing)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

function connectionOf(
  connections: ReadonlyMap<string, SubgraphConnection>,
  name: string,
): SubgraphConnection {
  const connection = connections.get(name);
  if (!connection) throw new Error(`The supergraph names no subgraph ${name}.`);
  return connection;
}
