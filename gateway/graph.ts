import type { Clock } from '@tiffin/lib/clock/clock';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { Metrics } from '@tiffin/lib/telemetry/metrics';
import { buildSchema, type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import { clientSchema } from './client-schema.ts';
import { createCompiledExecutor } from './executor/compiled-executor.ts';
import { createPlannerProcess } from './executor/planner-process.ts';
import type { Executor } from './executor.ts';
import { type JoinGraph, joinGraphs } from './join-graphs.ts';
import { listSizesOf } from './limits/list-sizes.ts';
import { OperationCache, type OperationCacheOptions } from './operation-cache.ts';
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
  /** Which operations of clients are refused. */
  readonly limits?: OperationCacheOptions;
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
 * Loads the supergraph and replaces it while requests run. Apollo loads and checks; a supergraph that it does not take
 * leaves the old one in service. Requests end on the supergraph that they began with.
 */
export async function createGraph(options: GraphOptions): Promise<Graph> {
  const { source, logger } = options;
  let current: Generation | undefined;
  let loading: Promise<void> = Promise.resolve();
  let watch: { stop(): void } | undefined;
  let isStopped = false;
  const retiring = new Set<Promise<void>>();

  function inService(): Generation {
    if (!current) throw new Error('The graph has no supergraph yet.');
    return current;
  }

  function retire(generation: Generation): void {
    const done = generation
      .retire()
      .catch((err) => logger.error({ err }, 'a supergraph did not end cleanly'))
      .then(() => void retiring.delete(done));
    retiring.add(done);
  }

  async function load(supergraphSdl: string): Promise<void> {
    const old = current;
    if (isStopped || supergraphSdl === old?.supergraphSdl) return;
    const next = await Generation.start(supergraphSdl, options);
    if (old) await next.warmUp(old);
    if (isStopped) return retire(next);
    current = next;
    if (!old) return;
    logger.info({ subgraphs: next.subgraphs.map(({ name }) => name) }, 'supergraph replaced');
    retire(old);
  }

  /** One after the other, so that the last one wins. The first has to succeed; a later one may fail. */
  function change(supergraphSdl: string): void {
    loading = loading
      .then(() => load(supergraphSdl))
      .catch((err) => {
        if (current)
          logger.error({ err }, 'the new supergraph cannot be served; the old one stays in service');
      });
  }

  async function stop(): Promise<void> {
    isStopped = true;
    watch?.stop();
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
    const first = load(await source.read());
    loading = first;
    watch = source.watch?.(change);
    await first;
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
  readonly supergraphSdl: string;
  readonly subgraphs: readonly JoinGraph[];
  readonly #connections: ReadonlyMap<string, SubgraphConnection>;
  readonly #executor: Executor;
  readonly #operations: OperationCache;
  #requests = 0;
  #isRetired = false;
  readonly #idle = Promise.withResolvers<void>();

  private constructor(
    supergraphSdl: string,
    subgraphs: readonly JoinGraph[],
    connections: ReadonlyMap<string, SubgraphConnection>,
    executor: Executor,
    operations: OperationCache,
  ) {
    this.supergraphSdl = supergraphSdl;
    this.subgraphs = subgraphs;
    this.#connections = connections;
    this.#executor = executor;
    this.#operations = operations;
  }

  static async start(supergraphSdl: string, options: GraphOptions): Promise<Generation> {
    const supergraph = parse(supergraphSdl, { noLocation: true });
    refuseUnsupported(supergraph);
    const subgraphs = joinGraphs(supergraph);
    const connections = new Map<string, SubgraphConnection>();
    const executor = await startExecutor(supergraphSdl, supergraph, connections, options);
    try {
      for (const subgraph of subgraphs) connections.set(subgraph.name, options.connect(subgraph));
      const cacheOptions = { ...options.limits, listSizes: listSizesOf(supergraph) };
      const operations = new OperationCache(executor, cacheOptions, options.clock);
      return new Generation(supergraphSdl, subgraphs, connections, executor, operations);
    } catch (error) {
      await executor.stop();
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

/** `connections` may be filled later: nobody looks for a subgraph before there is an operation. */
async function startExecutor(
  supergraphSdl: string,
  supergraph: DocumentNode,
  connections: ReadonlyMap<string, SubgraphConnection>,
  { kind, clock, metrics }: GraphOptions,
): Promise<Executor> {
  const subgraphOf = (name: string) => connectionOf(connections, name).subgraph;
  if (kind === 'apollo') return startApolloExecutor(supergraphSdl, subgraphOf, clock);
  const { apiSchemaSdl, ...planner } = await createPlannerProcess({ supergraphSdl, clock, metrics });
  // The planner has checked it.
  const apiSchema = buildSchema(apiSchemaSdl, { noLocation: true, assumeValidSDL: true });
  const schema = clientSchema(apiSchema, supergraph);
  return createCompiledExecutor({ schema, supergraph, planner, subgraphOf, clock, metrics });
}

/** Apollo's libraries and what they make of a supergraph take 70 MB: they are loaded where Apollo runs the plans. */
async function startApolloExecutor(
  supergraphSdl: string,
  subgraphOf: (name: string) => Subgraph,
  clock: Clock,
): Promise<Executor> {
  const { apolloDataSource, createApolloExecutor } = await import('./apollo-executor.ts');
  const { createApolloGateway } = await import('./apollo-gateway.ts');
  // One of its own: Apollo's executor always runs on the newest supergraph of its gateway.
  const gateway = createApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => apolloDataSource(() => subgraphOf(name)),
  });
  const { schema } = await gateway.load();
  const executor = createApolloExecutor(gateway, schema, clock);
  return { ...executor, stop: () => gateway.stop() };
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
