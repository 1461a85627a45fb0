import { isId, validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import { checkPage } from '@tiffin/lib/paging/check-page';
import { decodeCursor, encodeCursor, encodeIdCursor } from '@tiffin/lib/paging/cursor';
import { readParentPages } from '@tiffin/lib/paging/parent-pages';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { batchGetCategories } from '../domain/batch-get-categories.ts';
import { batchGetGoods } from '../domain/batch-get-goods.ts';
import { batchListShopGoods } from '../domain/batch-list-shop-goods.ts';
import type { Category } from '../domain/category.ts';
import type { GoodsDeps } from '../domain/deps.ts';
import { listCategories } from '../domain/list-categories.ts';

/** What anybody may read of goods and categories. */
export function goodsApi(deps: GoodsDeps): RpcHandlers<GoodsServiceService> {
  return {
    async batchGetGoods({ ids }, context) {
      validate((v) => checkBatch(v, 'ids', ids));
      const answers = await batchGetGoods(deps, context, ids);
      return { goods: answers.map((goods) => ({ goods })) };
    },

    async batchListShopGoods({ pages }, context) {
      const answers = await batchListShopGoods(deps, context, readParentPages(pages));
      return {
        pages: answers.map(({ items, hasNextPage }) => ({
          edges: items.map((goods) => ({ goods, cursor: encodeIdCursor(goods.id) })),
          hasNextPage,
        })),
      };
    },

    async batchGetCategories({ ids }, context) {
      validate((v) => checkBatch(v, 'ids', ids));
      const answers = await batchGetCategories(deps, context, ids);
      return { categories: answers.map((category) => ({ category })) };
    },

    async listCategories({ first, after }, context) {
      const position = after === undefined ? undefined : readCategoryCursor(after);
      validate((v) => checkPage(v, { first, after }, position));
      const { items, hasNextPage } = await listCategories(deps, context, { first, after: position });
      return {
        edges: items.map((category) => ({ category, cursor: encodeCursor(category.name, category.id) })),
        hasNextPage,
      };
    },
  };
}

function readCategoryCursor(cursor: string): Category | undefined {
  const [name, id] = decodeCursor(cursor, 2) ?? [];
  return name !== undefined && id !== undefined && isId(id) ? { id, name } : undefined;
}
