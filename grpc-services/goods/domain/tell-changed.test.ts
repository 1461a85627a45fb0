import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { GoodsChanged } from '@tiffin/proto/gen/tiffin/goods/v1/goods_events';
import { createGoodsTestBed, type GoodsTestBed, merchant, shopId } from '../goods-test-bed.ts';

let bed: GoodsTestBed;
before(async () => {
  bed = await createGoodsTestBed();
});
after(() => bed.stop());

it('every version of goods is told once; what is refused, and stock, which has no version, are not', async () => {
  const price = { amountCents: 450, currency: 'EUR' };
  const traits = { shopId, name: 'Bread', description: '', price, categoryIds: [] };
  const { goods } = await bed.admin.createGoods({ ...freshKey, ...traits }, callBy(merchant));
  const goodsId = goods?.id ?? '';
  const rename = { goodsId, version: 1, name: 'Rye bread', price: undefined, categoryIds: undefined };
  await bed.admin.updateGoods({ ...freshKey, ...rename }, callBy(merchant));
  await assert.rejects(bed.admin.updateGoods({ ...freshKey, ...rename }, callBy(merchant)));
  await bed.admin.adjustStock({ ...freshKey, goodsId, delta: 5, reason: 'Delivery' }, callBy(merchant));
  const rows = await bed.deps.database.query<{
    topic: string;
    aggregate_version: string;
    payload: Uint8Array;
  }>('select topic, aggregate_version, payload from goods.outbox where aggregate_id = ? order by id', [
    goodsId,
  ]);
  assert.deepEqual(
    rows.map((row) => [row.topic, Number(row.aggregate_version)]),
    [
      ['goods.changed.v1', 1],
      ['goods.changed.v1', 2],
    ],
  );
  for (const { payload } of rows) assert.deepEqual(GoodsChanged.decode(payload), { goodsId, shopId });
});
