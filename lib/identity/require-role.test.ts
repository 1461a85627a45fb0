import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownProcess, userWith } from '../testing/call-by.ts';
import { failsWith } from '../testing/expect-error.ts';
import { anonymous } from './identity.ts';
import { hasRole, requireRole } from './require-role.ts';

const both = ['MERCHANT', 'ADMIN'] as const;

test('users with one of the roles get through, and our own processes', () => {
  for (const identity of [userWith('2', 'MERCHANT'), userWith('3', 'CUSTOMER', 'ADMIN'), ownProcess]) {
    requireRole(identity, ...both);
    assert.ok(hasRole(identity, ...both));
  }
});

test('nobody is UNAUTHENTICATED, users without the role are FORBIDDEN', () => {
  assert.throws(() => requireRole(anonymous, ...both), failsWith('UNAUTHENTICATED'));
  for (const identity of [userWith('1', 'CUSTOMER'), userWith('1')]) {
    assert.throws(() => requireRole(identity, ...both), failsWith('FORBIDDEN'));
    assert.ok(!hasRole(identity, ...both));
  }
  assert.ok(!hasRole(anonymous, ...both));
});
