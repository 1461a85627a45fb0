import type { Clock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import type { Inbox } from '@tiffin/lib/events/inbox';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';

/** What the use cases of the search service work with. */
export interface SearchDeps {
  readonly clock: Clock;
  readonly database: Database;
  /** Knows which events were handled. */
  readonly inbox: Inbox;
  /** Aborted when the service stops. */
  readonly stopping: AbortSignal;
  readonly shops: Pick<RpcClient<ShopServiceService>, 'listShops' | 'batchGetShops'>;
  readonly goods: Pick<RpcClient<GoodsServiceService>, 'batchListShopGoods' | 'batchGetGoods'>;
}
