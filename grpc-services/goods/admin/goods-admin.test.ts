import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { anonymous, type Identity } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import {
  AdjustStockRequest,
  type CreateGoodsRequest,
  UpdateGoodsRequest,
} from '@tiffin/proto/gen/tiffin/goods/v1/goods_admin';
import {
  administrator,
  createGoodsTestBed,
  customer,
  type GoodsTestBed,
  merchant,
  otherMerchant,
  otherShopId,
  shopId,
} from '../goods-test-bed.ts';
import { goodsAdmin } from './goods-admin.ts';

let bed: GoodsTestBed;
before(async () => {
  bed = await createGoodsTestBed();
});
after(() => bed.stop());
beforeEach(() => void bed.statements.splice(0));

test('new goods have no stock and stand in their shop', async () => {
  const goods = await createGoods();
  assert.deepEqual(goods, {
    id: goods.id,
    shopId,
    name: 'Phở "Bò" & co. 🍜?',
    description: "It's\nhot \\ good",
    price: { amountCents: 990, currency: 'EUR' },
    categoryIds: ['22', '21'],
    available: 0,
    version: 1,
  });
  assert.deepEqual(await readGoods(goods.id), goods);
});

test('amounts beyond 2^31, up to 2^53 - 1, come back to the cent, over the wire too', async () => {
  for (const amountCents of [0, 2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]) {
    const price = { amountCents, currency: 'JPY' };
    const created = await createGoods({ price });
    const wire = GoodsServiceService.batchGetGoods;
    const answer = await bed.api.batchGetGoods({ ids: [created.id] }, callBy());
    const { goods } = wire.responseDeserialize(wire.responseSerialize(answer));
    assert.deepEqual(goods[0]?.goods?.price, price);
    const raised = await updateGoods({ goodsId: created.id, price: { ...price, currency: 'EUR' } });
    assert.deepEqual(raised.price, { amountCents, currency: 'EUR' });
  }
});

test('a change leaves alone what it does not name, and raises the version by one', async () => {
  const before = await createGoods();
  const renamed = await updateGoods({ goodsId: before.id, name: 'Pho' });
  assert.deepEqual(renamed, { ...before, name: 'Pho', version: 2 });
  const emptied = { description: '', categoryIds: { ids: [] } };
  const changed = await updateGoods({ goodsId: before.id, version: 2, ...emptied });
  assert.deepEqual(changed, { ...renamed, description: '', categoryIds: [], version: 3 });
  assert.deepEqual(await readGoods(before.id), changed);
});

test('of two changes of one version, one wins and the other learns the version as it is now', async () => {
  const { id } = await createGoods();
  const outcomes = await Promise.allSettled([
    updateGoods({ goodsId: id, name: 'First' }),
    updateGoods({ goodsId: id, name: 'Second' }),
  ]);
  const [lost] = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1);
  assert.ok(AppError.is(lost?.reason, 'VERSION_CONFLICT'));
  assert.deepEqual(lost.reason.detail, { currentVersion: 2 });
});

test('stock moves up and down, and leaves the version alone', async () => {
  const goods = await createGoods();
  assert.deepEqual(await adjustStock({ goodsId: goods.id, delta: 50 }), { ...goods, available: 50 });
  assert.deepEqual(await adjustStock({ goodsId: goods.id, delta: -50 }), goods);
});

test('each of the refusals names what is missing', async () => {
  const { id } = await createGoods();
  await adjustStock({ goodsId: id, delta: 3 });
  await assert.rejects(createGoods({ shopId: '999' }), failsWith('SHOP_NOT_FOUND', { shopId: '999' }));
  await assert.rejects(
    createGoods({ categoryIds: ['22', '99', '98'] }),
    failsWith('CATEGORY_NOT_FOUND', { categoryId: '99' }),
  );
  await assert.rejects(
    updateGoods({ goodsId: id, categoryIds: { ids: ['98', '99'] } }),
    failsWith('CATEGORY_NOT_FOUND', { categoryId: '98' }),
  );
  await assert.rejects(
    updateGoods({ goodsId: '999', name: 'x' }),
    failsWith('GOODS_NOT_FOUND', { goodsId: '999' }),
  );
  await assert.rejects(adjustStock({ goodsId: '999' }), failsWith('GOODS_NOT_FOUND', { goodsId: '999' }));
  await assert.rejects(
    adjustStock({ goodsId: id, delta: -4 }),
    failsWith('OUT_OF_STOCK', { goodsId: id, available: 3 }),
  );
  assert.deepEqual((await readGoods(id))?.version, 1);
});

test('administrators and our own processes work in every shop that exists', async () => {
  for (const identity of [administrator, ownProcess]) {
    const { id } = await createGoods({ shopId: otherShopId }, identity);
    await updateGoods({ goodsId: id, name: 'Changed' }, identity);
    assert.equal((await adjustStock({ goodsId: id, delta: 5 }, identity)).available, 5);
    await assert.rejects(
      createGoods({ shopId: '999' }, identity),
      failsWith('SHOP_NOT_FOUND', { shopId: '999' }),
    );
  }
});

test('nobody else touches the goods of a shop, nor learns more than that', async () => {
  const { id } = await createGoods();
  const onceMerchant: Identity = { ...merchant, roles: ['CUSTOMER'] };
  for (const [identity, code] of [
    [anonymous, 'UNAUTHENTICATED'],
    [customer, 'FORBIDDEN'],
    [onceMerchant, 'FORBIDDEN'],
    [otherMerchant, 'FORBIDDEN'],
  ] as const) {
    await assert.rejects(createGoods({}, identity), failsWith(code));
    await assert.rejects(updateGoods({ goodsId: id, name: 'Mine' }, identity), failsWith(code));
    await assert.rejects(adjustStock({ goodsId: id, delta: 1 }, identity), failsWith(code));
  }
  assert.equal((await readGoods(id))?.available, 0);
});

test('bad input is named field by field, before anything is asked', async () => {
  const long = 'x'.repeat(81);
  const ids = Array.from({ length: 11 }, (_, index) => String(index + 1));
  const price = { amountCents: 1, currency: 'EUR' };
  await assert.rejects(createGoods({ idempotencyKey: '' }), violates('idempotencyKey'));
  await assert.rejects(createGoods({ idempotencyKey: long }), violates('idempotencyKey'));
  await assert.rejects(createGoods({ shopId: 'x', name: ' ' }), violates('shopId', 'name'));
  await assert.rejects(createGoods({ name: long }), violates('name'));
  await assert.rejects(createGoods({ description: 'x'.repeat(2_001) }), violates('description'));
  await assert.rejects(createGoods({ description: 'a\0b' }), violates('description'));
  await assert.rejects(createGoods({ price: undefined }), violates('price'));
  await assert.rejects(createGoods({ price: { ...price, amountCents: -1 } }), violates('price.amountCents'));
  await assert.rejects(
    createGoods({ price: { ...price, amountCents: 2 ** 53 } }),
    violates('price.amountCents'),
  );
  await assert.rejects(createGoods({ price: { ...price, currency: 'eur' } }), violates('price.currency'));
  await assert.rejects(createGoods({ categoryIds: ids }), violates('categoryIds'));
  await assert.rejects(createGoods({ categoryIds: ['22', '22'] }), violates('categoryIds'));
  await assert.rejects(createGoods({ categoryIds: ['22', 'x'] }), violates('categoryIds[1]'));
  await assert.rejects(updateGoods({ goodsId: '1' }), violates('input'));
  await assert.rejects(updateGoods({ goodsId: '1', version: 0, name: 'x' }), violates('version'));
  await assert.rejects(updateGoods({ goodsId: '1', name: '' }), violates('name'));
  await assert.rejects(updateGoods({ goodsId: '1', categoryIds: { ids } }), violates('categoryIds'));
  for (const delta of [0, 0.5, 1_000_001, -1_000_001, Number.NaN]) {
    await assert.rejects(adjustStock({ goodsId: '1', delta }), violates('delta'));
  }
  await assert.rejects(adjustStock({ goodsId: '', reason: '' }), violates('goodsId', 'reason'));
  await assert.rejects(adjustStock({ goodsId: '1', reason: 'x'.repeat(201) }), violates('reason'));
  assert.deepEqual(bed.statements, []);
});

test('the stock has a ceiling', async () => {
  const { id } = await createGoods();
  assert.equal((await adjustStock({ goodsId: id, delta: 1_000_000 })).available, 1_000_000);
  await assert.rejects(adjustStock({ goodsId: id, delta: 1 }), violates('delta'));
});

test('while the shop service is away nothing is created, and the caller learns why', async () => {
  const away = new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
  const lonely = goodsAdmin({ ...bed.deps, shops: { batchGetShops: () => Promise.reject(away) } });
  await assert.rejects(lonely.createGoods(newGoods(), callBy(merchant)), away);
  const aboutGoods = bed.statements.filter((sql) => !sql.includes('idempotency_key'));
  assert.deepEqual(aboutGoods, []);
});

const newGoods = (change: Partial<CreateGoodsRequest> = {}): CreateGoodsRequest => ({
  idempotencyKey: newKey(),
  shopId,
  name: 'Phở "Bò" & co. 🍜?',
  description: "It's\nhot \\ good",
  price: { amountCents: 990, currency: 'EUR' },
  categoryIds: ['22', '21'],
  ...change,
});

async function createGoods(change: Partial<CreateGoodsRequest> = {}, identity: Identity = merchant) {
  const { goods } = await bed.admin.createGoods(newGoods(change), callBy(identity));
  return goods ?? assert.fail();
}

async function updateGoods(change: Partial<UpdateGoodsRequest>, identity: Identity = merchant) {
  const request = { ...UpdateGoodsRequest.create({ idempotencyKey: newKey(), version: 1 }), ...change };
  return (await bed.admin.updateGoods(request, callBy(identity))).goods ?? assert.fail();
}

async function adjustStock(change: Partial<AdjustStockRequest>, identity: Identity = merchant) {
  const request = {
    ...AdjustStockRequest.create({ idempotencyKey: newKey(), delta: 1, reason: 'Delivery' }),
    ...change,
  };
  return (await bed.admin.adjustStock(request, callBy(identity))).goods ?? assert.fail();
}

async function readGoods(id: string) {
  return (await bed.api.batchGetGoods({ ids: [id] }, callBy())).goods[0]?.goods;
}
