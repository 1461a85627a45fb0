import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { anonymous, type Identity } from '@tiffin/lib/identity/identity';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import {
  AdjustStockRequest,
  type CreateGoodsRequest,
  UpdateGoodsRequest,
} from '@tiffin/proto/gen/tiffin/goods/v1/goods_admin';
import {
  admin,
  callBy,
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

const service: Identity = { kind: 'service', name: 'import' };

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
  await assertRefused('SHOP_NOT_FOUND', { shopId: '999' }, createGoods({ shopId: '999' }));
  await assertRefused(
    'CATEGORY_NOT_FOUND',
    { categoryId: '99' },
    createGoods({ categoryIds: ['22', '99', '98'] }),
  );
  await assertRefused(
    'CATEGORY_NOT_FOUND',
    { categoryId: '98' },
    updateGoods({ goodsId: id, categoryIds: { ids: ['98', '99'] } }),
  );
  await assertRefused('GOODS_NOT_FOUND', { goodsId: '999' }, updateGoods({ goodsId: '999', name: 'x' }));
  await assertRefused('GOODS_NOT_FOUND', { goodsId: '999' }, adjustStock({ goodsId: '999' }));
  await assertRefused('OUT_OF_STOCK', { goodsId: id, available: 3 }, adjustStock({ goodsId: id, delta: -4 }));
  assert.deepEqual((await readGoods(id))?.version, 1);
});

test('administrators and our own processes work in every shop that exists', async () => {
  for (const identity of [admin, service]) {
    const { id } = await createGoods({ shopId: otherShopId }, identity);
    await updateGoods({ goodsId: id, name: 'Changed' }, identity);
    assert.equal((await adjustStock({ goodsId: id, delta: 5 }, identity)).available, 5);
    await assertRefused('SHOP_NOT_FOUND', { shopId: '999' }, createGoods({ shopId: '999' }, identity));
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
    await assertRefused(code, {}, createGoods({}, identity));
    await assertRefused(code, {}, updateGoods({ goodsId: id, name: 'Mine' }, identity));
    await assertRefused(code, {}, adjustStock({ goodsId: id, delta: 1 }, identity));
  }
  assert.equal((await readGoods(id))?.available, 0);
});

test('bad input is named field by field, before anything is asked', async () => {
  const long = 'x'.repeat(81);
  const ids = Array.from({ length: 11 }, (_, index) => String(index + 1));
  const price = { amountCents: 1, currency: 'EUR' };
  await assertInvalid(['idempotencyKey'], createGoods({ idempotencyKey: '' }));
  await assertInvalid(['idempotencyKey'], createGoods({ idempotencyKey: long }));
  await assertInvalid(['shopId', 'name'], createGoods({ shopId: 'x', name: ' ' }));
  await assertInvalid(['name'], createGoods({ name: long }));
  await assertInvalid(['description'], createGoods({ description: 'x'.repeat(2_001) }));
  await assertInvalid(['description'], createGoods({ description: 'a\0b' }));
  await assertInvalid(['price'], createGoods({ price: undefined }));
  await assertInvalid(['price.amountCents'], createGoods({ price: { ...price, amountCents: -1 } }));
  await assertInvalid(['price.amountCents'], createGoods({ price: { ...price, amountCents: 2 ** 53 } }));
  await assertInvalid(['price.currency'], createGoods({ price: { ...price, currency: 'eur' } }));
  await assertInvalid(['categoryIds'], createGoods({ categoryIds: ids }));
  await assertInvalid(['categoryIds'], createGoods({ categoryIds: ['22', '22'] }));
  await assertInvalid(['categoryIds[1]'], createGoods({ categoryIds: ['22', 'x'] }));
  await assertInvalid(['input'], updateGoods({ goodsId: '1' }));
  await assertInvalid(['version'], updateGoods({ goodsId: '1', version: 0, name: 'x' }));
  await assertInvalid(['name'], updateGoods({ goodsId: '1', name: '' }));
  await assertInvalid(['categoryIds'], updateGoods({ goodsId: '1', categoryIds: { ids } }));
  for (const delta of [0, 0.5, 1_000_001, -1_000_001, Number.NaN]) {
    await assertInvalid(['delta'], adjustStock({ goodsId: '1', delta }));
  }
  await assertInvalid(['goodsId', 'reason'], adjustStock({ goodsId: '', reason: '' }));
  await assertInvalid(['reason'], adjustStock({ goodsId: '1', reason: 'x'.repeat(201) }));
  assert.deepEqual(bed.statements, []);
});

test('the stock has a ceiling', async () => {
  const { id } = await createGoods();
  assert.equal((await adjustStock({ goodsId: id, delta: 1_000_000 })).available, 1_000_000);
  await assertInvalid(['delta'], adjustStock({ goodsId: id, delta: 1 }));
});

test('while the shop service is away nothing is created, and the caller learns why', async () => {
  const away = new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
  const lonely = goodsAdmin({ ...bed.deps, shops: { batchGetShops: () => Promise.reject(away) } });
  await assert.rejects(lonely.createGoods(newGoods(), callBy(merchant)), away);
  assert.deepEqual(bed.statements, []);
});

const newGoods = (change: Partial<CreateGoodsRequest> = {}): CreateGoodsRequest => ({
  idempotencyKey: 'k-1',
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
  const request = { ...UpdateGoodsRequest.create({ idempotencyKey: 'k-2', version: 1 }), ...change };
  return (await bed.admin.updateGoods(request, callBy(identity))).goods ?? assert.fail();
}

async function adjustStock(change: Partial<AdjustStockRequest>, identity: Identity = merchant) {
  const request = {
    ...AdjustStockRequest.create({ idempotencyKey: 'k-3', delta: 1, reason: 'Delivery' }),
    ...change,
  };
  return (await bed.admin.adjustStock(request, callBy(identity))).goods ?? assert.fail();
}

async function readGoods(id: string) {
  return (await bed.api.batchGetGoods({ ids: [id] }, callBy())).goods[0]?.goods;
}

async function assertRefused(code: string, detail: object, answer: Promise<unknown>): Promise<void> {
  await assert.rejects(answer, (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.deepEqual([error.code, error.detail], [code, detail]);
    return true;
  });
}

async function assertInvalid(fields: readonly string[], answer: Promise<unknown>): Promise<void> {
  await assert.rejects(answer, (error) => {
    assert.ok(AppError.is(error, 'INVALID_ARGUMENT'), String(error));
    assert.deepEqual(
      error.detail.violations.map((violation) => violation.field),
      fields,
    );
    return true;
  });
}
