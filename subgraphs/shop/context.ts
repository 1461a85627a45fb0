import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { SubgraphContext } from '@tiffin/lib/subgraph/create-subgraph';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { GoodsAdminServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods_admin';
import type { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import type { ShopAdminServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop_admin';
import type { ShopLoaders } from './loaders.ts';

/** The services that the shop subgraph stands on. */
export interface ShopClients {
  readonly shop: RpcClient<typeof ShopServiceService>;
  readonly shopAdmin: RpcClient<typeof ShopAdminServiceService>;
  readonly goods: RpcClient<typeof GoodsServiceService>;
  readonly goodsAdmin: RpcClient<typeof GoodsAdminServiceService>;
}

/** What the resolvers of the shop subgraph find in their context. */
export interface ShopContext extends SubgraphContext {
  readonly clients: ShopClients;
  readonly loaders: ShopLoaders;
}
