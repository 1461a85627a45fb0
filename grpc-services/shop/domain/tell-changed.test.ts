import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { ShopChanged } from '@tiffin/proto/gen/tiffin/shop/v1/shop_events';
import { createShopTestBed, merchant, otherMerchant, type ShopTestBed } from '../shop-test-bed.ts';

let bed: ShopTestBed;
before(async () => {
  bed = await createShopTestBed();
});
after(() => bed.stop());

/** The versions that were told of a shop, in order. */
async function toldOf(shopId: string): Promise<number[]> {
  const rows = await bed.deps.database.query<{
    topic: string;
    aggregate_version: string;
    payload: Uint8Array;
  }>('select topic, aggregate_version, payload from shop.outbox where aggregate_id = ? order by id', [
    shopId,
  ]);
  for (const { topic, payload } of rows) {
    assert.equal(topic, 'shop.changed.v1');
    assert.deepEqual(ShopChanged.decode(payload), { shopId });
  }
  return rows.map((row) => Number(row.aggregate_version));
}

it('every version of a shop is told once: a new one, changes, openings and closings', async () => {
  const profile = { name: 'Umi', description: '', categoryId: '21', area: 'Nord' };
  const { shop } = await bed.admin.createShop({ ...freshKey, ...profile }, callBy(merchant));
  const shopId = shop?.id ?? '';
  await bed.admin.updateShop({ ...freshKey, shopId, version: 1, name: 'Umi Two' }, callBy(merchant));
  await bed.admin.openShop({ ...freshKey, shopId }, callBy(merchant));
  await bed.admin.openShop({ ...freshKey, shopId }, callBy(merchant));
  await bed.admin.closeShop({ ...freshKey, shopId }, callBy(merchant));
  assert.deepEqual(await toldOf(shopId), [1, 2, 3, 4]);
});

it('what is refused is not told, and neither is what a repeated attempt repeats', async () => {
  const [shopId = ''] = await bed.addShops({});
  const rename = { idempotencyKey: 'rename', shopId, version: 1, name: 'New' };
  await assert.rejects(bed.admin.updateShop({ ...rename, idempotencyKey: 'theirs' }, callBy(otherMerchant)));
  await assert.rejects(
    bed.admin.updateShop({ ...rename, idempotencyKey: 'old', version: 9 }, callBy(merchant)),
  );
  assert.deepEqual(await toldOf(shopId), []);
  for (let n = 0; n < 3; n++) await bed.admin.updateShop(rename, callBy(merchant));
  assert.deepEqual(await toldOf(shopId), [2]);
});

it('of changes that race for a version the one that wins is told', async () => {
  const [shopId = ''] = await bed.addShops({});
  const outcomes = await Promise.allSettled(
    ['A', 'B', 'C'].map((name) =>
      bed.admin.updateShop({ ...freshKey, shopId, version: 1, name }, callBy(merchant)),
    ),
  );
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.deepEqual(await toldOf(shopId), [2]);
});
