import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { anonymous, type Identity, type Role } from '@tiffin/lib/identity/identity';
import { requireManager, requireMerchant, signedInUserId } from './caller.ts';
import { newShop } from './shop.ts';

const user = (userId: string, ...roles: Role[]): Identity => ({ kind: 'user', userId, roles });
const ownProcess: Identity = { kind: 'service', name: 'job' };
const shop = newShop('7', '2', { name: 'Forno Bello', description: '', categoryId: '21', area: 'Mitte' });

function refusal(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

test('only a user acts in their own name', () => {
  assert.equal(signedInUserId(user('1', 'CUSTOMER')), '1');
  assert.equal(
    refusal(() => signedInUserId(anonymous)),
    'UNAUTHENTICATED',
  );
  assert.equal(
    refusal(() => signedInUserId(ownProcess)),
    'FORBIDDEN',
  );
});

test('merchants, administrators and our own processes run shops', () => {
  for (const identity of [user('2', 'MERCHANT'), user('3', 'ADMIN'), ownProcess]) {
    assert.equal(
      refusal(() => requireMerchant(identity)),
      undefined,
    );
  }
  assert.equal(
    refusal(() => requireMerchant(anonymous)),
    'UNAUTHENTICATED',
  );
  for (const identity of [user('1', 'CUSTOMER'), user('1')]) {
    assert.equal(
      refusal(() => requireMerchant(identity)),
      'FORBIDDEN',
    );
  }
});

test('a shop is managed by its owner while a merchant, by administrators and by our own processes', () => {
  for (const identity of [user('2', 'MERCHANT'), user('3', 'ADMIN'), ownProcess]) {
    assert.equal(
      refusal(() => requireManager(identity, shop)),
      undefined,
    );
  }
  assert.equal(
    refusal(() => requireManager(anonymous, shop)),
    'UNAUTHENTICATED',
  );
  for (const identity of [user('4', 'MERCHANT'), user('2', 'CUSTOMER')]) {
    assert.equal(
      refusal(() => requireManager(identity, shop)),
      'FORBIDDEN',
    );
  }
});
