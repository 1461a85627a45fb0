import assert from 'node:assert/strict';
import { it } from 'node:test';
import { deepFreeze } from './deep-freeze.ts';

it('freezes a tree to its last leaf, and returns it', () => {
  const tree = { list: [{ text: 'a' }, null], none: undefined, nested: { deeper: { n: 1 } } };
  assert.equal(deepFreeze(tree), tree);
  assert.throws(() => Object.assign(tree, { list: [] }), TypeError);
  assert.throws(() => tree.list.push(null), TypeError);
  assert.throws(() => Object.assign(tree.list[0] ?? {}, { text: 'b' }), TypeError);
  assert.throws(() => Object.assign(tree.nested.deeper, { n: 2 }), TypeError);
});

it('goes on below what is frozen already', () => {
  const tree = Object.freeze({ list: [1] });
  deepFreeze(tree);
  assert.throws(() => tree.list.push(2), TypeError);
});

it('leaves bytes as they are', () => {
  const tree = deepFreeze({ bytes: Buffer.from('a') });
  assert.equal(tree.bytes.toString(), 'a');
  assert.ok(Object.isFrozen(tree));
});
