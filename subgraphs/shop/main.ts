import type { StartSubgraph } from '@tiffin/lib/service/service';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { GoodsAdminServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods_admin';
import { SearchServiceService } from '@tiffin/proto/gen/tiffin/search/v1/search';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { ShopAdminServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop_admin';
import { TrackingServiceService } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import { createShopSubgraph } from './shop-subgraph.ts';

export const start: StartSubgraph = ({ client, logger, metrics }) =>
  createShopSubgraph({
    clients: {
      shop: client(ShopServiceService),
      shopAdmin: client(ShopAdminServiceService),
      goods: client(GoodsServiceService),
      goodsAdmin: client(GoodsAdminServiceService),
      search: client(SearchServiceService),
      tracking: client(TrackingServiceService),
    },
    logger,
    metrics,
  });
