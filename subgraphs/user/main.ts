import type { StartSubgraph } from '@tiffin/lib/service/service';
import { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { AccountAdminServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account_admin';
import { createUserSubgraph } from './user-subgraph.ts';

export const start: StartSubgraph = ({ client, logger, metrics }) =>
  createUserSubgraph({
    clients: { account: client(AccountServiceService), accountAdmin: client(AccountAdminServiceService) },
    logger,
    metrics,
  });
