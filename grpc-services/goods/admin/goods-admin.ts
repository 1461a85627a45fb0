import { type Validator, validate } from '@tiffin/lib/errors/invalid-argument';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import { GoodsAdminServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods_admin';
import { adjustStock } from '../domain/adjust-stock.ts';
import { createGoods } from '../domain/create-goods.ts';
import type { GoodsDeps } from '../domain/deps.ts';
import {
  type Goods,
  maxAvailableUnits,
  maxCategoriesOfGoods,
  maxDescriptionChars,
  maxNameChars,
  maxReasonChars,
  type Price,
} from '../domain/goods.ts';
import { updateGoods } from '../domain/update-goods.ts';

/** Stands for an absent price until the check has refused it. */
const noPrice: Price = { amountCents: 0, currency: '' };

/** What merchants do to the goods of their own shops, and administrators to any. */
export function goodsAdmin(deps: GoodsDeps): RpcHandlers<GoodsAdminServiceService> {
  return {
    async createGoods(request, context) {
      const { shopId, name, description, price = noPrice, categoryIds } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        v.id('shopId', shopId);
        v.length('name', name, 1, maxNameChars);
        v.text('description', description, 0, maxDescriptionChars);
        v.money('price', request.price);
        checkCategoryIds(v, categoryIds);
      });
      const input = { shopId, name, description, price, categoryIds };
      return deps.idempotency.run(GoodsAdminServiceService.createGoods, request, context, {
        execute: (effect) => createGoods(deps, context, input, effect),
        respond: toGoodsAnswer,
      });
    },

    async updateGoods(request, context) {
      const { goodsId, version } = request;
      const change = {
        name: request.name,
        description: request.description,
        price: request.price,
        categoryIds: request.categoryIds?.ids,
      };
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        v.id('goodsId', goodsId);
        v.version('version', version);
        if (request.name !== undefined) v.length('name', request.name, 1, maxNameChars);
        if (request.description !== undefined)
          v.text('description', request.description, 0, maxDescriptionChars);
        if (request.price) v.money('price', request.price);
        if (request.categoryIds) checkCategoryIds(v, request.categoryIds.ids);
        const isChange = Object.values(change).some((value) => value !== undefined);
        v.check('input', isChange, 'must change the name, the description, the price or the categories');
      });
      return deps.idempotency.run(GoodsAdminServiceService.updateGoods, request, context, {
        execute: (effect) => updateGoods(deps, context, { goodsId, version, change }, effect),
        respond: toGoodsAnswer,
      });
    },

    async adjustStock(request, context) {
      const { goodsId, delta, reason } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        v.id('goodsId', goodsId);
        v.integerBetween('delta', delta, -maxAvailableUnits, maxAvailableUnits);
        v.check('delta', delta !== 0, 'must not be zero');
        v.length('reason', reason, 1, maxReasonChars);
      });
      return deps.idempotency.run(GoodsAdminServiceService.adjustStock, request, context, {
        execute: (effect) => adjustStock(deps, context, { goodsId, delta, reason }, effect),
        respond: toGoodsAnswer,
      });
    },
  };
}

function toGoodsAnswer(goods: Goods): { goods: Goods } {
  return { goods };
}

/** None at all is fine. */
function checkCategoryIds(v: Validator, ids: readonly string[]): void {
  if (ids.length === 0) return;
  v.ids('categoryIds', ids, maxCategoriesOfGoods);
  v.check('categoryIds', new Set(ids).size === ids.length, 'must not hold an id twice');
}
