import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CachedKind } from '@tiffin/lib/cache/cached-kind';
import { cachedCategory, cachedCategoryList } from './category-cache.ts';
import { cachedGoods } from './goods-cache.ts';
import { cachedShopGoods } from './shop-goods-cache.ts';

const bread = {
  id: '1',
  shopId: '7',
  name: 'Bread',
  description: '',
  price: { amountCents: 0, currency: 'EUR' },
  categoryIds: [],
  available: 0,
  version: 1,
};
const soup = {
  id: '9223372036854775807',
  shopId: '7',
  name: 'Phở',
  description: 'Hot',
  price: { amountCents: Number.MAX_SAFE_INTEGER, currency: 'EUR' },
  categoryIds: ['21', '22'],
  available: 5,
  version: 2,
};

// What processes of other builds have written, and read. Where these bytes change, the version of the codec has to rise:
// no build may misread what lies in Redis for up to a week.
test('cached values are written and read as ever', () => {
  assertStays(
    cachedGoods,
    soup,
    '0a13393232333337323033363835343737353830371201371a055068e1bb9f2203486f742a0e08ffffffffffffff0f1203455552320232313202323238054002',
  );
  assertStays(cachedGoods, bread, '0a01311201371a0542726561642a0512034555524001');
  assertStays(cachedCategory, { id: '21', name: 'Soup' }, '0a0232311204536f7570');
  assertStays(cachedCategoryList, { categories: [{ id: '21', name: 'Soup' }] }, '0a0a0a0232311204536f7570');
  assertStays(
    cachedShopGoods,
    { goodsIds: ['101', soup.id] },
    '0a033130310a1339323233333732303336383534373735383037',
  );
});

test('goods without a price are none', () => {
  assert.throws(() => cachedGoods.codec.decode(Buffer.from('0a0131', 'hex')));
});

function assertStays<Value extends object>({ codec }: CachedKind<Value>, value: Value, bytes: string): void {
  assert.equal(codec.version, 1);
  assert.equal(Buffer.from(codec.encode(value)).toString('hex'), bytes);
  assert.deepEqual(codec.decode(Buffer.from(bytes, 'hex')), value);
}
