import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import type { StartService } from '@tiffin/lib/service/service';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { GoodsAdminServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods_admin';
import { StockServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/stock';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { goodsAdmin } from './admin/goods-admin.ts';
import { goodsApi } from './api/goods-api.ts';
import { stockApi } from './api/stock-api.ts';
import { CategoryEntity } from './data/category-entity.ts';
import { insertDemoData } from './data/demo-data.ts';
import { GoodsEntity } from './data/goods-entity.ts';
import { migrations } from './data/migrations.ts';
import type { GoodsDeps } from './domain/deps.ts';

/** Starts the goods service: goods, their categories and their stock. */
export const start: StartService = async (platform) => {
  const database = await platform.openDatabase({
    schema: 'goods',
    entities: [GoodsEntity, CategoryEntity],
    migrations,
  });
  if (platform.demoData) await insertDemoData(database, platform.progress('demo goods'));
  const ids = await platform.openIds(database);
  const deps: GoodsDeps = {
    clock: platform.clock,
    database,
    ids,
    shops: platform.client(ShopServiceService),
  };
  return {
    rpc: [
      bindRpc(GoodsServiceService, goodsApi(deps)),
      bindRpc(GoodsAdminServiceService, goodsAdmin(deps)),
      bindRpc(StockServiceService, stockApi(deps)),
    ],
    async stop() {
      await ids.stop();
      await database.close();
    },
  };
};
