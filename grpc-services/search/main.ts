import { loadConfig } from '@tiffin/lib/config/config';
import { createInbox } from '@tiffin/lib/events/inbox';
import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import { forgetsHandledEvents } from '@tiffin/lib/service/clean-ups';
import type { StartService } from '@tiffin/lib/service/service';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { SearchServiceService } from '@tiffin/proto/gen/tiffin/search/v1/search';
import { SearchAdminServiceService } from '@tiffin/proto/gen/tiffin/search/v1/search_admin';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { searchAdmin } from './admin/search-admin.ts';
import { searchApi } from './api/search-api.ts';
import { migrations } from './data/migrations.ts';
import type { SearchDeps } from './domain/deps.ts';
import { countOrders } from './jobs/count-orders.ts';
import { indexGoodsChanges, indexShopChanges } from './jobs/index-changes.ts';
import { searchConfig } from './search-config.ts';
import { refreshTask } from './tasks/refresh-index.ts';

export { searchConfig as variables };

/** Starts the search service: an index of shops and goods, which it fills by itself. */
export const start: StartService = async (platform) => {
  const config = loadConfig(searchConfig, platform.env);
  const database = await platform.openDatabase({ schema: 'search', entities: [], migrations });
  const stopping = new AbortController();
  const { clock } = platform;
  const deps: SearchDeps = {
    clock,
    database,
    inbox: createInbox({ database, clock }),
    stopping: stopping.signal,
    shops: platform.client(ShopServiceService),
    goods: platform.client(GoodsServiceService),
  };
  const onFailure = (error: unknown) =>
    platform.logger.warn({ err: error }, 'reindexing failed; it is tried again');
  return {
    rpc: [
      bindRpc(SearchServiceService, searchApi(deps)),
      bindRpc(SearchAdminServiceService, searchAdmin(deps)),
    ],
    jobs: [indexShopChanges(deps), indexGoodsChanges(deps), countOrders(deps)],
    tasks: [
      refreshTask(deps, config.SEARCH_REINDEX_INTERVAL, onFailure),
      forgetsHandledEvents(clock, deps.inbox),
    ],
    async stop() {
      stopping.abort();
      await database.close();
    },
  };
};
