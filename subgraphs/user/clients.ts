import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import type { AccountAdminServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account_admin';

/** The services that the user subgraph stands on. */
export interface UserClients {
  readonly account: RpcClient<typeof AccountServiceService>;
  readonly accountAdmin: RpcClient<typeof AccountAdminServiceService>;
}
