import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Data } from './data.ts';
import { entitiesAt, type PlanPath, placesAt, type ResponsePath } from './response-path.ts';

const cases: readonly { what: string; path: PlanPath; data: Data; places: readonly ResponsePath[] }[] = [
  { what: 'the root is at the empty path', path: [], data: { id: 1 }, places: [[]] },
  { what: 'an object below objects', path: ['a', 'b'], data: { a: { b: { id: 1 } } }, places: [['a', 'b']] },
  {
    what: 'the elements of a list, without those that are null',
    path: ['list', '@'],
    data: { list: [{ id: 1 }, null, { id: 2 }] },
    places: [
      ['list', 0],
      ['list', 2],
    ],
  },
  {
    what: 'the elements of lists of lists, without inner lists that are null or empty',
    path: ['list', '@', '@', 'x'],
    data: { list: [[{ x: { id: 1 } }], null, [], [null, { x: { id: 2 } }, { x: null }]] },
    places: [
      ['list', 0, 0, 'x'],
      ['list', 3, 1, 'x'],
    ],
  },
  {
    what: 'lists for which the path has no @',
    path: ['list', 'x'],
    data: { list: [[{ x: { id: 1 } }], { x: [{ id: 2 }] }] },
    places: [
      ['list', 0, 0, 'x'],
      ['list', 1, 'x', 0],
    ],
  },
  { what: 'nothing below a field that is missing', path: ['a', '@', 'b'], data: { a: [{}, {}] }, places: [] },
  { what: 'nothing below a leaf', path: ['a', 'b'], data: { a: 'leaf' }, places: [] },
  { what: 'nothing in what an object inherits', path: ['constructor', 'prototype'], data: {}, places: [] },
];

for (const { what, path, data, places } of cases) {
  test(`${what}: objects and places in one order`, () => {
    assert.deepEqual(placesAt(path, data), places);
    const standing = places.map((place) =>
      place.reduce<unknown>((at, key) => Reflect.get(Object(at), key), data),
    );
    const found = entitiesAt(path, data);
    assert.equal(found.length, standing.length);
    for (const [index, entity] of found.entries()) assert.equal(entity, standing[index]);
  });
}

test('holes in a list are passed over and counted', () => {
  // biome-ignore lint/suspicious/noSparseArray: it is what the test is about
  const data = { list: [, { id: 1 }] };
  assert.deepEqual(entitiesAt(['list', '@'], data), [{ id: 1 }]);
  assert.deepEqual(placesAt(['list', '@'], data), [['list', 1]]);
});
