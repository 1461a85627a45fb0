import { type Clock, systemClock } from '@tiffin/lib/clock/clock';
import { createSubgraph } from '@tiffin/lib/subgraph/create-subgraph';
import type { Subgraph } from '@tiffin/lib/subgraph/subgraph';
import type { Logger } from '@tiffin/lib/telemetry/logger';
import type { Metrics } from '@tiffin/lib/telemetry/metrics';
import { subgraphTypeDefs } from '@tiffin/schema/subgraph-type-defs';
import type { ShopClients } from './clients.ts';
import type { ShopContext } from './context.ts';
import { createShopLoaders } from './loaders.ts';
import { mutationCodes } from './mutation-codes.gen.ts';
import { resolvers } from './resolvers.ts';
import { createViewTeller } from './view-teller.ts';

/** Shops, goods, categories and reviews for frontends. It has no storage: every field comes from `clients`. */
export function createShopSubgraph(deps: {
  readonly clients: ShopClients;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Default: the system's. */
  readonly clock?: Clock;
}): Subgraph {
  const { clients, logger, metrics, clock = systemClock } = deps;
  const teller = createViewTeller({ tracking: clients.tracking, metrics });
  return createSubgraph<ShopContext>({
    name: 'shop-subgraph',
    typeDefs: subgraphTypeDefs('shop'),
    resolvers,
    mutationCodes,
    createContext: (call) => ({
      call,
      clients,
      loaders: createShopLoaders(clients, call, clock),
      views: teller.of(call),
    }),
    logger,
    metrics,
  });
}
