import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topology } from '../../tiffin.ts';
import { describeSelection, isWhole, type RolesOf, rolesOf, select } from './selection.ts';

const known: RolesOf = { shop: ['api', 'tasks'], order: ['api', 'jobs', 'tasks'], gateway: [] };

test('a name alone is all of its roles, in the order of the topology', () => {
  const selection = select(known, ['gateway', 'order', 'shop:tasks']);
  assert.deepEqual(
    [...selection],
    [
      ['shop', ['tasks']],
      ['order', ['api', 'jobs', 'tasks']],
      ['gateway', []],
    ],
  );
  assert.deepEqual(describeSelection(known, selection), ['shop:tasks', 'order', 'gateway']);
});

test('all roles one by one are the whole of a component, and all components the whole platform', () => {
  const whole = select(known, ['order:tasks', 'order:jobs', 'order:api', 'shop', 'gateway']);
  assert.deepEqual(describeSelection(known, whole), ['shop', 'order', 'gateway']);
  assert.equal(isWhole(known, whole), true);
  assert.equal(isWhole(known, select(known, ['order', 'shop'])), false);
  assert.equal(isWhole(known, select(known, ['order:api', 'order:jobs', 'shop', 'gateway'])), false);
});

test('a role that a component does not have, and a component that there is not, are refused with a sentence', () => {
  assert.throws(() => select(known, ['shop:jobs']), {
    message: 'shop has no role "jobs". It has: api, tasks.',
  });
  assert.throws(() => select(known, ['gateway:api']), {
    message: 'gateway has no role "api". It runs whole.',
  });
  assert.throws(() => select(known, ['shops']), {
    message: 'There is no component "shops". There are: shop, order, gateway.',
  });
});

test('the orders of the platform have all three roles', () => {
  assert.deepEqual(rolesOf(topology)['order'], ['api', 'jobs', 'tasks']);
});
