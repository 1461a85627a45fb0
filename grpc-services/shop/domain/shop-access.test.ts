import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anonymous } from '@tiffin/lib/identity/identity';
import { ownProcess, userWith } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { newShop } from './shop.ts';
import { requireOwnShop } from './shop-access.ts';

const shop = newShop('7', '2', { name: 'Forno Bello', description: '', categoryId: '21', area: 'Mitte' });

test('a shop is managed by its owner while a merchant, by administrators and by our own processes', () => {
  for (const identity of [userWith('2', 'MERCHANT'), userWith('3', 'ADMIN'), ownProcess]) {
    requireOwnShop(identity, shop);
  }
  assert.throws(() => requireOwnShop(anonymous, shop), failsWith('UNAUTHENTICATED'));
  for (const identity of [userWith('4', 'MERCHANT'), userWith('2', 'CUSTOMER')]) {
    assert.throws(() => requireOwnShop(identity, shop), failsWith('FORBIDDEN'));
  }
});
