import { bindRpc } from '@tiffin/lib/rpc/rpc-binding';
import type { StartService } from '@tiffin/lib/service/service';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { ShopAdminServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop_admin';
import { shopAdmin } from './admin/shop-admin.ts';
import { shopApi } from './api/shop-api.ts';
import { insertDemoData } from './data/demo-data.ts';
import { migrations } from './data/migrations.ts';
import { ReviewEntity } from './data/review-entity.ts';
import { ShopEntity } from './data/shop-entity.ts';
import type { ShopDeps } from './domain/deps.ts';

/** Starts the shop service: shops and what customers say about them. */
export const start: StartService = async (platform) => {
  const database = await platform.openDatabase({
    schema: 'shop',
    entities: [ShopEntity, ReviewEntity],
    migrations,
  });
  if (platform.demoData) await insertDemoData(database, platform.progress('demo shops'));
  const ids = await platform.openIds(database);
  const deps: ShopDeps = {
    clock: platform.clock,
    database,
    ids,
    goods: platform.client(GoodsServiceService),
  };
  return {
    rpc: [bindRpc(ShopServiceService, shopApi(deps)), bindRpc(ShopAdminServiceService, shopAdmin(deps))],
    async stop() {
      await ids.stop();
      await database.close();
    },
  };
};
