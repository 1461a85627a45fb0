import type { SubgraphContext } from '@tiffin/lib/subgraph/subgraph-context';
import type { ShopClients } from './clients.ts';
import type { ShopLoaders } from './loaders.ts';
import type { OperationViews } from './view-teller.ts';

/** What the resolvers of the shop subgraph find in their context. */
export interface ShopContext extends SubgraphContext {
  readonly clients: ShopClients;
  readonly loaders: ShopLoaders;
  /** Told what the user asked for by its id. */
  readonly views: OperationViews;
}
