import type { Subscription } from '@tiffin/lib/events/event-bus';
import type { GoodsChanged } from '@tiffin/proto/gen/tiffin/goods/v1/goods_events';
import type { ShopChanged } from '@tiffin/proto/gen/tiffin/shop/v1/shop_events';
import { goodsChanged } from '@tiffin/proto/topics/goods-topics';
import { shopChanged } from '@tiffin/proto/topics/shop-topics';
import type { SearchDeps } from '../domain/deps.ts';
import { entryKinds } from '../domain/entry.ts';
import { goodsEntry, shopEntry } from '../domain/entry-of.ts';
import { indexChanged } from '../domain/index-changed.ts';
import { ownCalls } from '../domain/own-calls.ts';

type JobDeps = Pick<SearchDeps, 'clock' | 'database' | 'inbox' | 'shops' | 'goods'>;

const consumer = 'search.index';

/** New and changed shops are found within moments. */
export function indexShopChanges(deps: JobDeps): Subscription<ShopChanged> {
  return {
    consumer,
    topic: shopChanged,
    async handle({ event, payload: { shopId }, signal }) {
      const heard = { consumer, eventId: event.id, signal, kind: entryKinds.shop, refId: shopId };
      await indexChanged(deps, { ...heard, version: event.aggregateVersion }, async () => {
        const call = ownCalls(deps.clock, signal)();
        const { shops } = await deps.shops.batchGetShops({ ids: [shopId] }, call);
        return shops[0]?.shop && shopEntry(shops[0].shop);
      });
    },
  };
}

/** New and changed goods are found within moments. */
export function indexGoodsChanges(deps: JobDeps): Subscription<GoodsChanged> {
  return {
    consumer,
    topic: goodsChanged,
    async handle({ event, payload: { goodsId }, signal }) {
      const heard = { consumer, eventId: event.id, signal, kind: entryKinds.goods, refId: goodsId };
      await indexChanged(deps, { ...heard, version: event.aggregateVersion }, async () => {
        const call = ownCalls(deps.clock, signal)();
        const { goods } = await deps.goods.batchGetGoods({ ids: [goodsId] }, call);
        return goods[0]?.goods && goodsEntry(goods[0].goods);
      });
    },
  };
}
