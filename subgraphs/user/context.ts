import type { SubgraphContext } from '@tiffin/lib/subgraph/subgraph-context';
import type { UserClients } from './clients.ts';
import type { UserLoaders } from './loaders.ts';

/** What the resolvers of the user subgraph find in their context. */
export interface UserContext extends SubgraphContext {
  readonly clients: UserClients;
  readonly loaders: UserLoaders;
}
