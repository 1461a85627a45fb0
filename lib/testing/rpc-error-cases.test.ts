import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../errors/app-error.ts';
import { assertRejectsWith } from './rpc-error-cases.ts';

const failWith = (error: unknown) => () => Promise.reject(error);

test('a call that fails with its code and a full detail passes', async () => {
  await assertRejectsWith(
    'OUT_OF_STOCK',
    failWith(new AppError('OUT_OF_STOCK', { goodsId: '7', available: 0 })),
  );
  await assertRejectsWith('EMAIL_TAKEN', failWith(new AppError('EMAIL_TAKEN', {})));
});

test('a call that succeeds is refused', async () => {
  await assert.rejects(
    assertRejectsWith('EMAIL_TAKEN', async () => 'fine'),
    /succeeded; it must fail with EMAIL_TAKEN/,
  );
});

test('a call that fails with another code is refused', async () => {
  const failingCall = failWith(new AppError('SHOP_NOT_FOUND', { shopId: '7' }));
  await assert.rejects(assertRejectsWith('EMAIL_TAKEN', failingCall), /failed with SHOP_NOT_FOUND instead/);
});

test('a defect comes through as it is', async () => {
  await assert.rejects(assertRejectsWith('EMAIL_TAKEN', failWith(new TypeError('broken'))), TypeError);
});

test('a detail that is not whole is refused', async () => {
  const empty = failWith(new AppError('SHOP_NOT_FOUND', { shopId: '' }));
  await assert.rejects(
    assertRejectsWith('SHOP_NOT_FOUND', empty),
    /field shopId in the detail of SHOP_NOT_FOUND is empty/,
  );
  const surplus = { shopId: '7', secret: 'x' };
  const unknownField = failWith(new AppError('SHOP_NOT_FOUND', surplus));
  await assert.rejects(assertRejectsWith('SHOP_NOT_FOUND', unknownField), /does not survive the wire/);
});
