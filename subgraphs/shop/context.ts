import type { SubgraphContext } from '@tiffin/lib/subgraph/subgraph-context';
import type { ShopClients } from './clients.ts';
import type { ShopLoaders } from './loaders.ts';

/** What the resolvers of the shop subgraph find in their context. */
export interface ShopContext extends SubgraphContext {
  readonly clients: ShopClients;
  readonly loaders: ShopLoaders;
}
