import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { createInternalTokens } from '@tiffin/lib/identity/internal-token';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { createGrpcServer } from '@tiffin/lib/rpc/grpc-server';
import { createGrpcTransport } from '@tiffin/lib/rpc/grpc-transport';
import { createInProcessTransport } from '@tiffin/lib/rpc/in-process-transport';
import { RecordedCalls } from '@tiffin/lib/rpc/recorded-calls';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import { createRpcClient } from '@tiffin/lib/rpc/rpc-client';
import { createRpcServer, type RpcServer } from '@tiffin/lib/rpc/rpc-server';
import type { RpcTransport } from '@tiffin/lib/rpc/rpc-transport';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import { createBatchLoader } from '@tiffin/lib/subgraph/batch-loader';
import { createSubgraph } from '@tiffin/lib/subgraph/create-subgraph';
import { createRemoteSubgraph } from '@tiffin/lib/subgraph/remote-subgraph';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import type { SubgraphContext } from '@tiffin/lib/subgraph/subgraph-context';
import { createSubgraphServer } from '@tiffin/lib/subgraph/subgraph-server';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { recordSpans } from '@tiffin/lib/telemetry/span-test-bed';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { parse } from 'graphql';
import { createGatewayServer } from '../gateway/gateway-server.ts';
import { loadExecutors } from '../gateway/testing/executors.ts';
import { graphOn } from '../gateway/testing/graph-on.ts';
import { composeSupergraph } from './differential/compose-supergraph.ts';

/** Where the parts of the platform run: all in one process, or each behind a socket. */
type Distance = 'near' | 'far';

interface Context extends SubgraphContext {
  readonly loaders: { readonly author: ReturnType<typeof createBatchLoader<string, string>> };
}

const federation = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
const subgraphs = {
  books: `${federation}
    type Query { book: Book }
    type Mutation { lend: LendResult }
    union LendResult = LendSuccess
    type LendSuccess { book: Book }
    type Book { id: ID! again: Author author: Author }
    type Author @key(fields: "id") { id: ID! }`,
  authors: `${federation}
    type Query { writer: Author }
    type Author @key(fields: "id") { id: ID! name: String }`,
};

const clock = new VirtualClock();
const tokens = createInternalTokens({ secret: 'a secret of at least 32 characters', clock });
const { metrics, logger } = new RecordedCalls();
const observe = { clock, metrics, logger };
const budget = { defaultTimeoutMs: 5_000, maxTimeoutMs: 5_000 };
const app = { clock, logger: silentLogger, isReady: () => true, budget, newRequestId: () => 'made-here' };

const cleanups: (() => unknown)[] = [];
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

async function linkTo(server: RpcServer, distance: Distance): Promise<RpcTransport> {
  if (distance === 'near') return createInProcessTransport(server);
  const grpc = createGrpcServer({ server, tokens, ...observe });
  const { port } = await grpc.listen('127.0.0.1', 0);
  const transport = createGrpcTransport({ address: `127.0.0.1:${port}`, tokens, clock });
  cleanups.push(
    () => grpc.drain(0),
    () => transport.close(),
  );
  return transport;
}

async function reach(subgraph: Subgraph, distance: Distance): Promise<Subgraph> {
  if (distance === 'near') return subgraph;
  const server = createSubgraphServer({ ...app, subgraph, tokens, metrics: createMetrics() });
  const url = new URL(`${await server.listen({ host: '127.0.0.1', port: 0 })}/graphql`);
  const remote = createRemoteSubgraph({ name: subgraph.name, url, tokens, clock, logger: silentLogger });
  cleanups.push(
    () => server.close(),
    () => remote.close(),
  );
  return remote;
}

function createSubgraphs(shop: RpcClient<ShopServiceService>): readonly Subgraph[] {
  const shared = { mutationCodes: {}, logger: silentLogger, metrics: createMetrics() };
  const author = { id: 'a1' };
  const createContext = (call: CallContext): Context => ({
    call,
    loaders: {
      author: createBatchLoader(async (ids) => {
        await shop.batchGetShops({ ids: ['authors'] }, call);
        return ids.map((id) => `Author ${id}`);
      }),
    },
  });
  const book = async (_parent: unknown, _args: unknown, { call }: Context) => {
    await shop.listShops({ first: 1 }, call);
    return { id: '1', again: author, author };
  };
  const resolvers = {
    books: {
      Query: { book },
      Mutation: {
        lend: async (_root: unknown, _args: unknown, { call }: Context) => {
          await shop.addReview({ idempotencyKey: '', shopId: '1', stars: 1, text: '' }, call);
          return {};
        },
      },
      LendSuccess: { book },
    },
    authors: {
      Query: { writer: () => author },
      Author: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        name: ({ id }: { id: string }, _args: unknown, { loaders }: Context) => loaders.author.load(id),
      },
    },
  };
  return Object.entries(subgraphs).map(([name, sdl]) =>
    createSubgraph({
      ...shared,
      name,
      typeDefs: [parse(sdl)],
      resolvers: resolvers[name as keyof typeof resolvers],
      createContext,
    }),
  );
}

/** A gateway over two subgraphs over one service, which says of each of its rpcs by whose freshness it was asked. */
async function start(distance: Distance, kind: 'compiled' | 'apollo', sampleRatio: number) {
  const seen: string[] = [];
  let degraded: readonly string[] = [];
  /** Like a cache that has something old for whoever takes it. */
  const read = (what: string, { freshness, onDegraded }: CallContext) => {
    seen.push(`${what} ${freshness}`);
    if (freshness === 'any' && degraded.includes(what)) onDegraded?.(what);
  };
  const unused = async () => assert.fail('Not used.');
  const binding = bindRpc(ShopServiceService, {
    async listShops(_request, context) {
      read('books', context);
      await shop.batchGetShops({ ids: ['deep'] }, context);
      await shop.batchGetShops({ ids: ['decided'] }, { ...context, freshness: 'latest' });
      return { edges: [], hasNextPage: false };
    },
    async batchGetShops({ ids }, context) {
      for (const id of ids) read(id, context);
      return { shops: [] };
    },
    async addReview(_request, context) {
      read('write', context);
      return { review: undefined };
    },
    batchListShopReviews: unused,
    batchListUserReviews: unused,
  });
  const server = createRpcServer({ services: [binding], declaredCodes: {}, ...observe });
  const shop = createRpcClient(ShopServiceService, await linkTo(server, distance), observe);
  const reached = await Promise.all(createSubgraphs(shop).map((subgraph) => reach(subgraph, distance)));
  const { supergraphSdl } = composeSupergraph({ name: 'library', subgraphs });
  const executors = await loadExecutors(
    supergraphSdl,
    (name) => reached.find((subgraph) => subgraph.name === name) ?? assert.fail(name),
    clock,
  );
  const gateway = createGatewayServer({
    ...app,
    graph: graphOn(executors[kind]),
    errors: 'catalogue',
    metrics: createMetrics(),
    tracing: recordSpans({ sampleRatio }).tracing,
    maxBodyBytes: 10_000,
  });
  cleanups.push(
    () => executors.stop(),
    () => gateway.close(),
  );
  return async (query: string, ...old: string[]) => {
    degraded = old;
    seen.length = 0;
    const { body } = await gateway.inject({ method: 'POST', url: '/graphql', payload: { query } });
    return { result: JSON.parse(body), seen: seen.toSorted() };
  };
}

const fields = '{ id author { name } again { name } }';
const named = { name: 'Author a1' };
const book = { id: '1', author: named, again: named };

for (const distance of ['near', 'far'] as const) {
  for (const kind of ['compiled', 'apollo'] as const) {
    for (const traced of [false, true]) {
      const where = `${distance}, ${kind}${traced ? ', traced' : ''}`;
      test(`a query takes anything, and its answer names what was old however deep: ${where}`, async () => {
        const ask = await start(distance, kind, traced ? 1 : 0);
        // The first two runs are graphql-js', the others graphql-jit's.
        for (let run = 0; run < 4; run++) {
          const { result, seen } = await ask(
            `{ book ${fields} writer { name } }`,
            'deep',
            'authors',
            'decided',
          );
          const data = { book, writer: named };
          assert.deepEqual(result, { data, extensions: { degraded: ['authors', 'deep'] } });
          assert.deepEqual([...new Set(seen)], ['authors any', 'books any', 'decided latest', 'deep any']);
        }
        assert.deepEqual((await ask(`{ book ${fields} }`)).result, { data: { book } });
      });

      test(`a mutation reads the latest, below it and in other subgraphs too: ${where}`, async () => {
        const ask = await start(distance, kind, traced ? 1 : 0);
        const all = ['deep', 'authors', 'books', 'write', 'decided'];
        for (let run = 0; run < 4; run++) {
          const { result, seen } = await ask(
            `mutation { lend { ... on LendSuccess { book ${fields} } } }`,
            ...all,
          );
          assert.deepEqual(result, { data: { lend: { book } } });
          const latest = ['authors', 'books', 'decided', 'deep', 'write'].map((what) => `${what} latest`);
          assert.deepEqual([...new Set(seen)], latest);
        }
      });
    }
  }
}
