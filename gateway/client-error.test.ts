import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, GraphQLError, parse, validate } from 'graphql';
import { clientError, refusedRequest, type ShownErrors } from './client-error.ts';

/** The error on the wire, and what was told to the operator. */
function show(error: Error, shownErrors: ShownErrors = 'catalogue') {
  const defects: Error[] = [];
  const shown = clientError(error, shownErrors, (defect) => defects.push(defect));
  return { shown: JSON.parse(JSON.stringify(shown)), defects };
}

const masked = { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL' } };

test("a subgraph's error passes with code and detail, less the subgraph's name", () => {
  const error = new GraphQLError('There is not enough in stock.', {
    path: ['shop', 'goods', 0],
    originalError: new Error('inside'),
    extensions: { code: 'OUT_OF_STOCK', goodsId: '5', available: 0, serviceName: 'shop' },
  });
  assert.deepEqual(show(error), {
    shown: {
      message: 'There is not enough in stock.',
      path: ['shop', 'goods', 0],
      extensions: { code: 'OUT_OF_STOCK', goodsId: '5', available: 0 },
    },
    defects: [],
  });
});

const unknown: Record<string, Error> = {
  'an Error of the executor': new Error('Expected "data._entities" to contain 2 elements'),
  'a GraphQLError around an Error': new GraphQLError('Cannot read properties of undefined', {
    originalError: new TypeError('Cannot read properties of undefined'),
  }),
  "a subgraph's error without a code": new GraphQLError('ECONNREFUSED 10.0.0.1', {
    extensions: { serviceName: 'shop' },
  }),
  "a subgraph's error with a foreign code": new GraphQLError('SELECT secret', {
    extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', serviceName: 'shop', stacktrace: ['at shop.ts'] },
  }),
  'a code from the prototype of the catalogue': new GraphQLError('toString', {
    extensions: { code: 'toString', serviceName: 'shop' },
  }),
};
for (const [what, error] of Object.entries(unknown)) {
  test(`${what} is masked and told to the operator`, () => {
    assert.deepEqual(show(error), { shown: masked, defects: [error] });
  });
}

test("a foreign subgraph's error is shown as it was sent, without its stack trace", () => {
  const error = new GraphQLError('No such row', {
    path: ['shop'],
    extensions: { code: 'NO_ROW', table: 'x', stacktrace: ['at'], exception: {}, serviceName: 'shop' },
  });
  assert.deepEqual(show(error, 'as sent'), {
    shown: { message: 'No such row', path: ['shop'], extensions: { code: 'NO_ROW', table: 'x' } },
    defects: [],
  });
});

test('what is no subgraph error is masked, whoever the subgraphs are', () => {
  const error = new GraphQLError('inside', { originalError: new Error('inside') });
  assert.deepEqual(show(error, 'as sent'), { shown: masked, defects: [error] });
});

test('a masked error keeps its place', () => {
  const error = new GraphQLError('inside', { path: ['shop'], originalError: new Error('inside') });
  assert.deepEqual(show(error).shown, { ...masked, path: ['shop'] });
});

test('what is wrong with the request is told in full, and where', () => {
  const schema = buildSchema('type Query { title: String }');
  const [error] = validate(schema, parse('{\n  colour }'));
  assert.ok(error);
  const expected = {
    message: 'Cannot query field "colour" on type "Query".',
    locations: [{ line: 2, column: 3 }],
    extensions: { code: 'MALFORMED_REQUEST' },
  };
  assert.deepEqual(show(error), { shown: expected, defects: [] });
  assert.deepEqual(JSON.parse(JSON.stringify(refusedRequest(error))), expected);
});

test('a request that was refused before it was read is malformed', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(refusedRequest(new Error('Missing query')))), {
    message: 'Missing query',
    extensions: { code: 'MALFORMED_REQUEST' },
  });
});

test('an error that has its code already is not changed again', () => {
  const error = new GraphQLError('x', { extensions: { code: 'FORBIDDEN' } });
  assert.equal(refusedRequest(error), error);
});
