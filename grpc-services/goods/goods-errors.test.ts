import { after, before } from 'node:test';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import { keyedCases, type SendKeyed } from '@tiffin/lib/testing/keyed-cases';
import { type RpcErrorCase, testRpcErrorCases } from '@tiffin/lib/testing/rpc-error-cases';
import type { RpcErrorCases } from '@tiffin/proto/gen/rpc-error-codes';
import {
  AdjustStockRequest,
  CreateGoodsRequest,
  UpdateGoodsRequest,
} from '@tiffin/proto/gen/tiffin/goods/v1/goods_admin';
import { ReserveStockRequest } from '@tiffin/proto/gen/tiffin/goods/v1/stock';
import { createGoodsTestBed, type GoodsTestBed, merchant, shopId } from './goods-test-bed.ts';

let bed: GoodsTestBed;
let goodsId: string;
before(async () => {
  bed = await createGoodsTestBed();
  const { goods } = await bed.admin.createGoods(newGoods, call);
  goodsId = String(goods?.id);
});
after(() => bed.stop());

const call = callBy(merchant);
const newGoods = CreateGoodsRequest.create({
  idempotencyKey: 'the first',
  shopId,
  name: 'Bread',
  price: { amountCents: 450, currency: 'EUR' },
});
const more = () => ({ ...newGoods, idempotencyKey: newKey() });
const keyed = (send: SendKeyed) => keyedCases(() => bed.deps, call, send);
const rename = () =>
  UpdateGoodsRequest.create({ idempotencyKey: newKey(), goodsId, version: 1, name: 'Rye bread' });
const take = () =>
  AdjustStockRequest.create({ idempotencyKey: newKey(), goodsId, delta: -1, reason: 'Spoiled' });

const order = (itemGoodsId: string) =>
  ReserveStockRequest.create({ orderId: '5', items: [{ goodsId: itemGoodsId, quantity: 1 }] });

const cases = {
  CreateGoods: {
    SHOP_NOT_FOUND: () => bed.admin.createGoods({ ...more(), shopId: '999' }, call),
    CATEGORY_NOT_FOUND: () => bed.admin.createGoods({ ...more(), categoryIds: ['999'] }, call),
    ...keyed((idempotencyKey, name, context) =>
      bed.admin.createGoods({ ...newGoods, idempotencyKey, name }, context),
    ),
  },
  UpdateGoods: {
    GOODS_NOT_FOUND: () => bed.admin.updateGoods({ ...rename(), goodsId: '999' }, call),
    CATEGORY_NOT_FOUND: () => bed.admin.updateGoods({ ...rename(), categoryIds: { ids: ['999'] } }, call),
    VERSION_CONFLICT: () => bed.admin.updateGoods({ ...rename(), version: 7 }, call),
    ...keyed((idempotencyKey, name, context) =>
      bed.admin.updateGoods({ ...rename(), idempotencyKey, name }, context),
    ),
  },
  AdjustStock: {
    GOODS_NOT_FOUND: () => bed.admin.adjustStock({ ...take(), goodsId: '999' }, call),
    OUT_OF_STOCK: () => bed.admin.adjustStock(take(), call),
    ...keyed((idempotencyKey, reason, context) =>
      bed.admin.adjustStock({ ...take(), idempotencyKey, reason }, context),
    ),
  },
} satisfies RpcErrorCases<'tiffin.goods.v1.GoodsAdminService', RpcErrorCase>;

testRpcErrorCases('tiffin.goods.v1.GoodsAdminService', cases);

testRpcErrorCases('tiffin.goods.v1.StockService', {
  ReserveStock: {
    GOODS_NOT_FOUND: () => bed.stock.reserveStock(order('999'), callBy(ownProcess)),
    OUT_OF_STOCK: () => bed.stock.reserveStock(order(goodsId), callBy(ownProcess)),
    TRANSACTION_ENDED: async () => {
      await bed.stock.releaseStock({ orderId: '6' }, callBy(ownProcess));
      return bed.stock.reserveStock({ ...order(goodsId), orderId: '6' }, callBy(ownProcess));
    },
  },
  DeductStock: {
    TRANSACTION_ENDED: () => bed.stock.deductStock({ orderId: '7' }, callBy(ownProcess)),
  },
  ReleaseStock: {
    async TRANSACTION_ENDED() {
      const adjustment = { goodsId, delta: 1, reason: 'Baked', idempotencyKey: newKey() };
      await bed.admin.adjustStock(AdjustStockRequest.create(adjustment), call);
      await bed.stock.reserveStock({ ...order(goodsId), orderId: '8' }, callBy(ownProcess));
      await bed.stock.deductStock({ orderId: '8' }, callBy(ownProcess));
      return bed.stock.releaseStock({ orderId: '8' }, callBy(ownProcess));
    },
  },
} satisfies RpcErrorCases<'tiffin.goods.v1.StockService', RpcErrorCase>);
