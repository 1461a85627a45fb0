import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { SubgraphContext } from '@tiffin/lib/subgraph/create-subgraph';
import type { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import type { AccountAdminServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account_admin';
import type { UserLoaders } from './loaders.ts';

/** The services that the user subgraph stands on. */
export interface UserClients {
  readonly account: RpcClient<typeof AccountServiceService>;
  readonly accountAdmin: RpcClient<typeof AccountAdminServiceService>;
}

/** What the resolvers of the user subgraph find in their context. */
export interface UserContext extends SubgraphContext {
  readonly clients: UserClients;
  readonly loaders: UserLoaders;
}
