import { isId, type Validator, validate } from '@tiffin/lib/errors/invalid-argument';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { ParentPageRequest } from '@tiffin/proto/gen/tiffin/common/v1/common';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { batchGetCategories } from '../domain/batch-get-categories.ts';
import { batchGetGoods } from '../domain/batch-get-goods.ts';
import { batchListShopGoods, type ShopGoodsRequest } from '../domain/batch-list-shop-goods.ts';
import type { Category } from '../domain/category.ts';
import type { GoodsDeps } from '../domain/deps.ts';
import { listCategories } from '../domain/list-categories.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

const maxBatchKeys = 100;
const maxPageItems = 100;

/** What anybody may read of goods and categories. */
export function goodsApi(deps: GoodsDeps): RpcHandlers<GoodsServiceService> {
  return {
    async batchGetGoods({ ids }) {
      validate((v) => checkBatch(v, 'ids', ids));
      const answers = await batchGetGoods(deps, ids);
      return { goods: answers.map((goods) => ({ goods })) };
    },

    async batchListShopGoods({ pages }) {
      validate((v) => {
        checkBatch(v, 'pages', pages);
        for (const page of pages) checkPage(v, page, isGoodsCursor);
      });
      const answers = await batchListShopGoods(deps, pages.map(toShopGoodsRequest));
      return {
        pages: answers.map(({ items, hasNextPage }) => ({
          edges: items.map((goods) => ({ goods, cursor: encodeCursor(goods.id) })),
          hasNextPage,
        })),
      };
    },

    async batchGetCategories({ ids }) {
      validate((v) => checkBatch(v, 'ids', ids));
      const answers = await batchGetCategories(deps, ids);
      return { categories: answers.map((category) => ({ category })) };
    },

    async listCategories(request) {
      validate((v) => checkPage(v, request, isCategoryCursor));
      const { items, hasNextPage } = await listCategories(deps, {
        first: request.first,
        after: request.after === undefined ? undefined : readCategoryCursor(request.after),
      });
      return {
        edges: items.map((category) => ({ category, cursor: encodeCursor(category.name, category.id) })),
        hasNextPage,
      };
    },
  };
}

function checkBatch(v: Validator, field: string, keys: readonly unknown[]): void {
  v.check(field, keys.length <= maxBatchKeys, `must hold at most ${maxBatchKeys}`);
}

function checkPage(
  v: Validator,
  { first, after }: Pick<ParentPageRequest, 'first' | 'after'>,
  isCursor: (after: string) => boolean,
): void {
  v.pageSize('first', first, maxPageItems);
  v.check('after', after === undefined || isCursor(after), 'must be a cursor from an earlier page');
}

const isGoodsCursor = (cursor: string) => readGoodsCursor(cursor) !== undefined;
const isCategoryCursor = (cursor: string) => readCategoryCursor(cursor) !== undefined;

function toShopGoodsRequest({ parentId, first, after }: ParentPageRequest): ShopGoodsRequest {
  return { shopId: parentId, first, afterId: after === undefined ? undefined : readGoodsCursor(after) };
}

function readGoodsCursor(cursor: string): string | undefined {
  const [id] = decodeCursor(cursor, 1) ?? [];
  return id !== undefined && isId(id) ? id : undefined;
}

function readCategoryCursor(cursor: string): Category | undefined {
  const [name, id] = decodeCursor(cursor, 2) ?? [];
  if (name === undefined || id === undefined) return undefined;
  return isId(id) && name.isWellFormed() && !name.includes('\0') ? { id, name } : undefined;
}
