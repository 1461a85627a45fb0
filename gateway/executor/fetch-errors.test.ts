import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FetchPlaces, placeErrors, type SubgraphError } from './fetch-errors.ts';
import type { ResponsePath } from './response-path.ts';

const root: FetchPlaces = {
  subgraph: 'books',
  renamed: new Map(),
  keys: () => ['book', 'me'],
  askedLength: () => 0,
  places: () => [[]],
};

/** Two representations: the first stands at two places. */
const entities: FetchPlaces = {
  ...root,
  keys: () => ['name', 'born'],
  askedLength: () => 3,
  places: () => [
    ['list', 0],
    ['list', 1],
    ['list', 2],
  ],
  placesOf: (representation) =>
    [
      [
        ['list', 0],
        ['list', 2],
      ],
      [['list', 1]],
    ][representation] ?? [],
};

const pathsOf = (path: ResponsePath | undefined, hasData: boolean, fetch: FetchPlaces) =>
  placeErrors([{ message: 'Oh.', path }], hasData, fetch).map((error) => error.path);

test('an error keeps its place below each place of the fetch', () => {
  assert.deepEqual(pathsOf(['book', 0, 'title'], true, root), [['book', 0, 'title']]);
  const places = () => [['a'], ['b', 1]];
  assert.deepEqual(pathsOf(['x'], true, { ...root, places }), [
    ['a', 'x'],
    ['b', 1, 'x'],
  ]);
});

test('an error inside _entities stands at every place of its representation', () => {
  assert.deepEqual(pathsOf(['_entities', 0, 'name'], true, entities), [
    ['list', 0, 'name'],
    ['list', 2, 'name'],
  ]);
  assert.deepEqual(pathsOf(['_entities', 1], true, entities), [['list', 1]]);
});

test('an error of a representation that was not sent is told all the same', () => {
  assert.equal(pathsOf(['_entities', 7, 'name'], true, entities).length, 6);
});

test('an error without a path, beside data, is about no field in particular', () => {
  assert.deepEqual(pathsOf(undefined, true, root), [undefined]);
  assert.deepEqual(pathsOf(undefined, true, entities), [undefined]);
});

test('an error without a path, instead of data, stands at each field that is missing', () => {
  assert.deepEqual(pathsOf(undefined, false, root), [['book'], ['me']]);
  const missing = [0, 1, 2].flatMap((index) => [
    ['list', index, 'name'],
    ['list', index, 'born'],
  ]);
  assert.deepEqual(pathsOf(undefined, false, entities), missing);
  assert.deepEqual(pathsOf(['_entities'], true, entities), missing);
});

test('a failed fetch of what only other fetches need stands at its objects; at the root it has no place', () => {
  const keys = () => [];
  assert.deepEqual(pathsOf(undefined, false, { ...entities, keys }), entities.places());
  assert.deepEqual(pathsOf(undefined, false, { ...root, keys }), [undefined]);
});

test('internal names give way to those of the client', () => {
  const renamed = new Map([['name__1', 'name']]);
  assert.deepEqual(pathsOf(['a', 0, 'name__1'], true, { ...root, renamed }), [['a', 0, 'name']]);
  assert.deepEqual(pathsOf(['_entities', 1, 'name__1'], true, { ...entities, renamed }), [
    ['list', 1, 'name'],
  ]);
});

test('one failure becomes a hundred errors at most, however many places it has', () => {
  const places = () => Array.from({ length: 5_000 }, (_, index) => ['list', index]);
  const many = { ...entities, places, placesOf: places };
  for (const path of [undefined, ['_entities'], ['_entities', 0, 'name']]) {
    assert.equal(pathsOf(path, false, many).length, 100);
  }
});

test('of an answer with very many errors only the first thousand are placed', () => {
  let asked = 0;
  const placesOf = () => {
    asked++;
    return [['a']];
  };
  const errors = Array.from({ length: 50_000 }, (_, index) => ({
    message: 'Oh.',
    path: ['_entities', index],
  }));
  assert.equal(placeErrors(errors, true, { ...entities, placesOf }).length, 1_000);
  assert.equal(asked, 1_000);
});

const told: readonly { what: string; error: SubgraphError; message?: string; extensions: object }[] = [
  {
    what: 'code and detail are kept',
    error: { message: 'Later.', extensions: { code: 'RATE_LIMITED', retryAfterMs: 9 } },
    extensions: { code: 'RATE_LIMITED', retryAfterMs: 9 },
  },
  {
    what: 'an error without a code gets one',
    error: { message: 'Oh.', extensions: { reason: 'x' } },
    extensions: { reason: 'x', code: 'DOWNSTREAM_SERVICE_ERROR' },
  },
  {
    what: 'so does one without extensions',
    error: { message: 'Oh.' },
    extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' },
  },
  {
    what: 'an error without a message says whose it is',
    error: { message: '' },
    message: 'The subgraph books reported an error without a message.',
    extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' },
  },
];

for (const { what, error, message = error.message, extensions } of told) {
  test(what, () => {
    const [placed] = placeErrors([error], true, root);
    assert.equal(placed?.message, message);
    assert.deepEqual(placed?.extensions, { ...extensions, serviceName: 'books' });
  });
}

test('what is no error by the specification is told as well as can be', () => {
  const broken = [
    null,
    'text',
    { message: 7 },
    { message: 'Oh.', path: 'book', extensions: 'text' },
    { message: 'Oh.', path: null, extensions: null },
    { message: 'Oh.', path: ['book', { no: 'key' }] },
  ];
  const renamed = new Map([['a', 'b']]);
  for (const error of broken) {
    for (const fetch of [
      { ...root, renamed },
      { ...entities, renamed },
    ]) {
      const [placed] = placeErrors([error as unknown as SubgraphError], true, fetch);
      assert.ok(placed && placed.message.length > 0, JSON.stringify(error));
      assert.equal(placed.extensions['code'], 'DOWNSTREAM_SERVICE_ERROR');
      assert.ok(
        (placed.path ?? []).every((key) => typeof key !== 'object'),
        JSON.stringify(placed.path),
      );
      assert.deepEqual(Object.keys(placed.extensions), ['code', 'serviceName']);
    }
  }
});

test('a failure of what the client did not ask for stands at what is nearest to it, once', () => {
  const hidden: FetchPlaces = {
    ...entities,
    keys: () => [],
    askedLength: () => 1,
    places: () => [
      ['goods', 'box', 0],
      ['goods', 'box', 1],
    ],
  };
  const paths = (fetch: FetchPlaces) =>
    placeErrors([{ message: 'Down.' }], false, fetch).map(({ path }) => path);
  assert.deepEqual(paths(hidden), [['goods']]);
  assert.deepEqual(paths({ ...hidden, askedLength: () => 0 }), [undefined]);
});
