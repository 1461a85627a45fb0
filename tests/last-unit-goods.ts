import assert from 'node:assert/strict';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import type { Offer } from './cart.ts';
import type { PlatformUnderTest } from './start-platform.ts';

/** New goods of a shop with so many units in stock. */
export async function stockedGoods(
  platform: Pick<PlatformUnderTest, 'query'>,
  admin: string,
  shopId: string,
  units: number,
): Promise<Offer> {
  const price = { amountCents: 2_990, currency: 'EUR' };
  const goods = {
    idempotencyKey: newKey(),
    shopId,
    name: 'Dish of the day',
    price,
    categoryIds: [String(demoId('category', 1))],
  };
  const { data } = await platform.query(
    'mutation ($input: CreateGoodsInput!) { createGoods(input: $input) { ... on CreateGoodsSuccess { goods { id } } } }',
    { variables: { input: goods }, token: admin },
  );
  const { id } = data.createGoods.goods;
  const stock = { idempotencyKey: newKey(), goodsId: id, delta: units, reason: 'Fresh from the kitchen' };
  const adjusted = await platform.query(
    `mutation ($input: AdjustStockInput!) {
      adjustStock(input: $input) { ... on AdjustStockSuccess { goods { available } } }
    }`,
    { variables: { input: stock }, token: admin },
  );
  assert.deepEqual(adjusted.data, { adjustStock: { goods: { available: units } } });
  return { id, price };
}
