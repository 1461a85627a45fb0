import assert from 'node:assert/strict';
import { test } from 'node:test';
import { present } from './present.ts';

test('a value passes, also an empty one; a missing one is named', () => {
  assert.equal(present('', 'Shop.name'), '');
  assert.equal(present(0, 'Goods.available'), 0);
  assert.throws(() => present(undefined, 'Goods.price'), /left out Goods\.price/);
});
