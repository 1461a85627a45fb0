import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownProcess, userWith } from '../testing/call-by.ts';
import { failsWith } from '../testing/expect-error.ts';
import { anonymous } from './identity.ts';
import { requireService } from './require-service.ts';

test('only our own processes pass, whatever roles a user has', () => {
  requireService(ownProcess);
  assert.throws(() => requireService(anonymous), failsWith('UNAUTHENTICATED'));
  assert.throws(() => requireService(userWith('1', 'CUSTOMER', 'MERCHANT', 'ADMIN')), failsWith('FORBIDDEN'));
});
