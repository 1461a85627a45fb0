import { isId } from '@tiffin/lib/errors/invalid-argument';
import { findShopGoods } from '../data/goods-store.ts';
import type { GoodsDeps } from './deps.ts';
import type { Goods } from './goods.ts';
import { type Page, toPage } from './page.ts';

export interface ShopGoodsRequest {
  readonly shopId: string;
  readonly first: number;
  /** The page starts behind these goods. */
  readonly afterId: string | undefined;
}

/** One page for each request, in their order; empty for a shop without goods. Oldest goods first. */
export async function batchListShopGoods(
  deps: GoodsDeps,
  requests: readonly ShopGoodsRequest[],
): Promise<Page<Goods>[]> {
  if (requests.length === 0) return [];
  const lists = await findShopGoods(
    deps.database,
    requests.map(({ shopId, first, afterId = '0' }) => ({
      // No shop has the id 0: a malformed id has an empty page and spoils no other.
      shopId: isId(shopId) ? shopId : '0',
      afterId,
      maxItems: first + 1,
    })),
  );
  return requests.map(({ first }, index) => toPage(lists[index] ?? [], first));
}
