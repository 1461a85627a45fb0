import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Data } from './data.ts';
import { ownValue, setOwnValue } from './own-value.ts';

const inherited = ['constructor', 'toString', 'hasOwnProperty', '__proto__'];

test('what an object only inherits is no value of it, with a prototype and without', () => {
  for (const key of inherited) {
    assert.equal(ownValue({}, key), undefined, key);
    assert.equal(ownValue(Object.create(null), key), undefined, key);
  }
});

test('what is set under an inherited name is read under it and stands in the JSON', () => {
  for (const data of [{}, Object.create(null)] as Data[]) {
    for (const key of inherited) setOwnValue(data, key, { of: key });
    for (const key of inherited) assert.deepEqual(ownValue(data, key), { of: key });
    assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(data))), inherited);
  }
});

test('a value set twice is the later one', () => {
  const data: Data = {};
  for (const value of [1, 2]) for (const key of ['a', '__proto__']) setOwnValue(data, key, value);
  assert.equal(ownValue(data, 'a'), 2);
  assert.equal(ownValue(data, '__proto__'), 2);
});
