import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { GoodsAdminServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods_admin';
import type { SearchServiceService } from '@tiffin/proto/gen/tiffin/search/v1/search';
import type { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import type { ShopAdminServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop_admin';
import type { TrackingServiceService } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';

/** The services that the shop subgraph stands on. */
export interface ShopClients {
  readonly shop: RpcClient<typeof ShopServiceService>;
  readonly shopAdmin: RpcClient<typeof ShopAdminServiceService>;
  readonly goods: RpcClient<typeof GoodsServiceService>;
  readonly goodsAdmin: RpcClient<typeof GoodsAdminServiceService>;
  readonly search: RpcClient<typeof SearchServiceService>;
  readonly tracking: RpcClient<typeof TrackingServiceService>;
}
