import { requireRole } from '@tiffin/lib/identity/require-role';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { SearchAdminServiceService } from '@tiffin/proto/gen/tiffin/search/v1/search_admin';
import type { SearchDeps } from '../domain/deps.ts';
import { reindex } from '../domain/reindex.ts';

/** What operators do to the index. */
export function searchAdmin(deps: SearchDeps): RpcHandlers<SearchAdminServiceService> {
  return {
    async reindex(_request, context) {
      requireRole(context.identity, 'ADMIN');
      return reindex(deps, () => context);
    },
  };
}
