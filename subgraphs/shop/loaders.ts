import type { Clock } from '@tiffin/lib/clock/clock';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { createBatchLoader, createPageLoader } from '@tiffin/lib/subgraph/batch-loader';
import { BehaviorKind } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import type { ShopClients } from './clients.ts';
import { createViewsLoader } from './views-loader.ts';

export type ShopLoaders = ReturnType<typeof createShopLoaders>;

/** One loader for each BatchGet and BatchList rpc. A missing entity loads as undefined. */
export function createShopLoaders({ shop, goods, tracking }: ShopClients, call: CallContext, clock: Clock) {
  return {
    shop: createBatchLoader(async (ids: readonly string[]) => {
      const { shops } = await shop.batchGetShops({ ids: [...ids] }, call);
      return shops.map((slot) => slot.shop);
    }),
    goods: createBatchLoader(async (ids: readonly string[]) => {
      const answer = await goods.batchGetGoods({ ids: [...ids] }, call);
      return answer.goods.map((slot) => slot.goods);
    }),
    category: createBatchLoader(async (ids: readonly string[]) => {
      const { categories } = await goods.batchGetCategories({ ids: [...ids] }, call);
      return categories.map((slot) => slot.category);
    }),
    shopGoods: createPageLoader(async (pages) => {
      return (await goods.batchListShopGoods({ pages: [...pages] }, call)).pages;
    }),
    shopReviews: createPageLoader(async (pages) => {
      return (await shop.batchListShopReviews({ pages: [...pages] }, call)).pages;
    }),
    userReviews: createPageLoader(async (pages) => {
      return (await shop.batchListUserReviews({ pages: [...pages] }, call)).pages;
    }),
    shopViews: createViewsLoader({ tracking, clock, kind: BehaviorKind.SHOP_VIEWED }, call),
    goodsViews: createViewsLoader({ tracking, clock, kind: BehaviorKind.GOODS_VIEWED }, call),
  };
}
