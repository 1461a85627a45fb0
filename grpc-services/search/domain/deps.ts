import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';

/** What the use cases of the search service work with. */
export interface SearchDeps {
  readonly clock: Clock;
  readonly database: Database;
  /** Aborted when the service stops. */
  readonly stopping: AbortSignal;
  readonly shops: Pick<RpcClient<ShopServiceService>, 'listShops'>;
  readonly goods: Pick<RpcClient<GoodsServiceService>, 'batchListShopGoods'>;
}
