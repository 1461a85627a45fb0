import { requireRole } from '@tiffin/lib/identity/require-role';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { SearchAdminServiceService } from '@tiffin/proto/gen/tiffin/search/v1/search_admin';
import type { SearchDeps } from '../domain/deps.ts';
import { ownCalls } from '../domain/own-calls.ts';
import { reindex } from '../domain/reindex.ts';

/** What operators do to the index. */
export function searchAdmin(deps: SearchDeps): RpcHandlers<SearchAdminServiceService> {
  return {
    // In the service's own name: it ends what it began, even where that takes longer than the caller waits.
    async reindex(_request, { identity }) {
      requireRole(identity, 'ADMIN');
      return reindex(deps, ownCalls(deps.clock, deps.stopping));
    },
  };
}
