import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownProcess, userWith } from '../testing/call-by.ts';
import { failsWith } from '../testing/expect-error.ts';
import { anonymous } from './identity.ts';
import { requireUserId } from './require-user-id.ts';

test('only a user with one of the roles acts in their own name', () => {
  assert.equal(requireUserId(userWith('1', 'CUSTOMER'), 'CUSTOMER', 'ADMIN'), '1');
  assert.throws(() => requireUserId(anonymous, 'CUSTOMER'), failsWith('UNAUTHENTICATED'));
  for (const identity of [userWith('2', 'MERCHANT'), userWith('1'), ownProcess]) {
    assert.throws(() => requireUserId(identity, 'CUSTOMER'), failsWith('FORBIDDEN'));
  }
});
