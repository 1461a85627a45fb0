import { composeServices } from '@apollo/composition';
import { createSubgraph } from '@tiffin/lib/subgraph/create-subgraph';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import type { SubgraphContext } from '@tiffin/lib/subgraph/subgraph-context';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { silentLogger } from '@tiffin/lib/testing/silent-logger';
import { parse } from 'graphql';

const federation = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';

const sdl = {
  orders: `
    ${federation}
    type Query { order(id: ID!, number: Int): Order me: String }
    type Mutation { touch: TouchResult }
    union TouchResult = TouchSuccess
    type TouchSuccess { order: Order }
    type Subscription {
      order(id: ID!, number: Int): Order
      me: String
      lonely(id: ID!): Order
      "Its twin has another type."
      ticket: Order
    }
    type Order @key(fields: "id") { id: ID! status: String shop: Shop failing: String }
    type Shop @key(fields: "id") { id: ID! }
  `,
  shops: `
    ${federation}
    type Query { ticket: Shop }
    type Shop @key(fields: "id") { id: ID! name: String }
  `,
};

/** A graph of orders that change, with subscriptions, on subgraphs that are not real. */
export interface LiveOrders {
  readonly supergraphSdl: string;
  readonly subgraphOf: (name: string) => Subgraph;
  /** By id; an order that is not here is null. */
  readonly statuses: Map<string, string>;
  /** Runs whenever an order is read, before it is answered. */
  onRead: (context: SubgraphContext) => unknown;
  /** How often orders were read. */
  reads: number;
}

export function createLiveOrders(): LiveOrders {
  const orders: LiveOrders = {
    supergraphSdl: compose(),
    subgraphOf: (wanted) => named(wanted, subgraphs),
    statuses: new Map([['1', 'PAID']]),
    onRead: () => undefined,
    reads: 0,
  };
  const subgraphs = [
    subgraph('orders', {
      Query: {
        async order(_root: unknown, { id }: { id: string }, context: SubgraphContext) {
          orders.reads++;
          await orders.onRead(context);
          const status = orders.statuses.get(id);
          return status === undefined ? null : { id, status, shop: { id: `s${id}` } };
        },
        me: (_root: unknown, _args: unknown, { call: { identity } }: SubgraphContext) =>
          identity.kind === 'user' ? identity.userId : identity.kind,
      },
      Mutation: { touch: () => ({ order: { id: '1', status: 'TOUCHED' } }) },
      Order: {
        failing() {
          throw new Error('SELECT secret');
        },
      },
    }),
    subgraph('shops', {
      Shop: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `Shop ${id}` }) },
    }),
  ];
  return orders;
}

function named(wanted: string, subgraphs: readonly Subgraph[]): Subgraph {
  const found = subgraphs.find(({ name }) => name === wanted);
  if (!found) throw new Error(`There is no subgraph ${wanted}.`);
  return found;
}

function subgraph(name: keyof typeof sdl, resolvers: object): Subgraph {
  return createSubgraph({
    name,
    typeDefs: [parse(sdl[name])],
    resolvers,
    mutationCodes: { touch: [] },
    createContext: (call) => ({ call, loaders: {} }),
    logger: silentLogger,
    metrics: createMetrics(),
  });
}

function compose(): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(sdl).map(([name, text]) => ({ name, typeDefs: parse(text), url: `http://${name}` })),
  );
  if (!supergraphSdl) throw new AggregateError(errors ?? [], 'The orders do not compose.');
  return supergraphSdl;
}
