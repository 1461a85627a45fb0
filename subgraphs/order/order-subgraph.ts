import { createSubgraph } from '@tiffin/lib/subgraph/create-subgraph';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { Metrics } from '@tiffin/lib/telemetry/metrics';
import { subgraphTypeDefs } from '@tiffin/schema/subgraph-type-defs';
import type { OrderClients } from './clients.ts';
import type { OrderContext } from './context.ts';
import { createOrderLoaders } from './loaders.ts';
import { mutationCodes } from './mutation-codes.gen.ts';
import { resolvers } from './resolvers.ts';

/** Orders and their deliveries for frontends. It has no storage: every field comes from `clients`. */
export function createOrderSubgraph(deps: {
  readonly clients: OrderClients;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Subgraph {
  const { clients, logger, metrics } = deps;
  return createSubgraph<OrderContext>({
    name: 'order-subgraph',
    typeDefs: subgraphTypeDefs('order'),
    resolvers,
    mutationCodes,
    createContext: (call) => ({ call, clients, loaders: createOrderLoaders(clients, call) }),
    logger,
    metrics,
  });
}
