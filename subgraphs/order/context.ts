import type { SubgraphContext } from '@tiffin/lib/subgraph/subgraph-context';
import type { OrderClients } from './clients.ts';
import type { OrderLoaders } from './loaders.ts';

/** What the resolvers of the order subgraph find in their context. */
export interface OrderContext extends SubgraphContext {
  readonly clients: OrderClients;
  readonly loaders: OrderLoaders;
}
