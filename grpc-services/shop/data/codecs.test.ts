import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CachedKind } from '@tiffin/lib/cache/cached-kind';
import { cachedReviews } from './review-cache.ts';
import { cachedShop } from './shop-cache.ts';
import type { Shop } from './shop-entity.ts';
import { cachedShopList } from './shop-list-cache.ts';

const open: Shop = {
  id: '7',
  ownerId: '2',
  name: 'Forno',
  description: 'Hot',
  categoryId: '21',
  area: 'Süd',
  status: 'OPEN',
  ratingHundredths: 450,
  reviewCount: 12,
  orderCount: 300,
  version: 3,
};
const closed: Shop = {
  ...open,
  description: '',
  status: 'CLOSED',
  ratingHundredths: 0,
  reviewCount: 0,
  orderCount: 0,
};

// What processes of other builds have written, and read. Where these bytes change, the version of the codec has to rise:
// no build may misread what lies in Redis for up to a week.
test('cached values are written and read as ever', () => {
  assertStays(
    cachedShop,
    open,
    '0a01371201321a05466f726e6f2203486f742a023231320453c3bc643801420508c203100c480350ac02',
  );
  assertStays(cachedShop, closed, '0a01371201321a05466f726e6f2a023231320453c3bc64380242004803');
  assertStays(
    cachedShopList,
    { shopIds: ['7', '9223372036854775807'] },
    '0a01370a1339323233333732303336383534373735383037',
  );
  const createdAt = new Date(1_900_000_000_123);
  assertStays(
    cachedReviews,
    { reviews: [{ id: '31', shopId: '7', authorId: '11', stars: 4, text: '', createdAt }] },
    '0a1a0a0233311201371a0231312004320b0880e6fe890710c0a9d33a',
  );
});

test('what lacks a part is no value', () => {
  assert.throws(() => cachedShop.codec.decode(Buffer.from('0a01373801', 'hex')));
  assert.throws(() => cachedShop.codec.decode(Buffer.from('0a01374200', 'hex')));
  assert.throws(() => cachedReviews.codec.decode(Buffer.from('0a030a0137', 'hex')));
});

function assertStays<Value extends object>({ codec }: CachedKind<Value>, value: Value, bytes: string): void {
  assert.equal(codec.version, 1);
  assert.equal(Buffer.from(codec.encode(value)).toString('hex'), bytes);
  assert.deepEqual(codec.decode(Buffer.from(bytes, 'hex')), value);
}
