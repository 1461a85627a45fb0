import { loadConfig } from '@tiffin/lib/config/config';
import { TaskScope } from '@tiffin/lib/lifecycle/task-scope';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import type { StartService } from '@tiffin/lib/service/service';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { SearchServiceService } from '@tiffin/proto/gen/tiffin/search/v1/search';
import { SearchAdminServiceService } from '@tiffin/proto/gen/tiffin/search/v1/search_admin';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { searchAdmin } from './admin/search-admin.ts';
import { searchApi } from './api/search-api.ts';
import { isIndexEmpty } from './data/entry-store.ts';
import { migrations } from './data/migrations.ts';
import type { SearchDeps } from './domain/deps.ts';
import { searchConfig } from './search-config.ts';
import { refreshIndex, reindexOnce } from './tasks/refresh-index.ts';

export { searchConfig as variables };

/** Starts the search service: an index of shops and goods, which it fills by itself. */
export const start: StartService = async (platform) => {
  const config = loadConfig(searchConfig, platform.env);
  const database = await platform.openDatabase({ schema: 'search', entities: [], migrations });
  const stopping = new AbortController();
  const deps: SearchDeps = {
    clock: platform.clock,
    database,
    stopping: stopping.signal,
    shops: platform.client(ShopServiceService),
    goods: platform.client(GoodsServiceService),
  };
  const tasks = new TaskScope(platform);
  const onFailure = (error: unknown) =>
    platform.logger.warn({ err: error }, 'reindexing failed; it is tried again');
  // The first start waits for its index where the callees answer already; else the task fills it once they do.
  const isFilled = !(await isIndexEmpty(database)) || (await reindexOnce(deps, stopping.signal, onFailure));
  tasks.run('refresh the search index', (signal) =>
    refreshIndex(deps, { intervalMs: config.SEARCH_REINDEX_INTERVAL, isFilled }, signal, onFailure),
  );
  return {
    rpc: [
      bindRpc(SearchServiceService, searchApi(deps)),
      bindRpc(SearchAdminServiceService, searchAdmin(deps)),
    ],
    async stop() {
      stopping.abort();
      await tasks.stop();
      await database.close();
    },
  };
};
