import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { changedShop, closedShop, newShop, openedShop } from './shop.ts';

const profile = { name: 'Forno Bello', description: 'Wood fire.', categoryId: '21', area: 'Mitte' };
const shop = newShop('7', '2', profile);

test('a new shop is closed, unrated and in its first version', () => {
  assert.deepEqual(shop, {
    ...profile,
    id: '7',
    ownerId: '2',
    status: 'CLOSED',
    ratingHundredths: 0,
    reviewCount: 0,
    orderCount: 0,
    version: 1,
  });
});

test('opening and closing raise the version, repeating them changes nothing', () => {
  const open = openedShop(shop);
  assert.deepEqual(open, { ...shop, status: 'OPEN', version: 2 });
  assert.equal(openedShop(open), open);
  const closed = closedShop(open);
  assert.deepEqual(closed, { ...shop, version: 3 });
  assert.equal(closedShop(closed), closed);
});

test('a change replaces what it names, keeps the rest and raises the version', () => {
  assert.deepEqual(changedShop(shop, 1, { area: 'Nord', description: '' }), {
    ...shop,
    area: 'Nord',
    description: '',
    version: 2,
  });
});

test('a change that rests on another version is refused with the current one', () => {
  const open = openedShop(shop);
  for (const version of [1, 3]) {
    assert.throws(
      () => changedShop(open, version, { area: 'Nord' }),
      (error) => AppError.is(error, 'VERSION_CONFLICT') && error.detail.currentVersion === 2,
    );
  }
});
