import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GraphQLScalarType, parseValue } from 'graphql';
import { Cents, DateTime } from './scalars.ts';

const literal = (scalar: GraphQLScalarType, text: string) => scalar.parseLiteral(parseValue(text), {});

const centsBothWays = [0, -1, 2 ** 31, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
for (const cents of centsBothWays) {
  test(`${cents} cents pass in and out`, () => {
    assert.equal(Cents.serialize(cents), cents);
    assert.equal(Cents.parseValue(cents), cents);
    assert.equal(literal(Cents, String(cents)), cents);
  });
}

const notCents = [
  2 ** 53,
  -(2 ** 53),
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '5',
  5n,
  null,
  true,
  [1],
  {},
];
for (const value of notCents) {
  test(`${typeof value} ${String(value)} is no amount of cents`, () => {
    assert.throws(() => Cents.serialize(value), /Cents must be a whole number/);
    assert.throws(() => Cents.parseValue(value), /Cents must be a whole number/);
  });
}

for (const text of [
  '9007199254740992',
  '-9007199254740993',
  '1.0',
  '1e3',
  '"5"',
  'null',
  'true',
  'EUR',
  '[1]',
]) {
  test(`the literal ${text} is no amount of cents`, () => {
    assert.throws(() => literal(Cents, text), /Cents must be a whole number/);
  });
}

const text = '2030-01-31T18:00:00.000Z';
const date = new Date(text);

test('a moment goes out as ISO 8601 text in UTC and comes in with any offset', () => {
  assert.equal(DateTime.serialize(date), text);
  assert.deepEqual(DateTime.parseValue(text), date);
  assert.deepEqual(DateTime.parseValue('2030-01-31T19:00:00+01:00'), date);
  assert.deepEqual(literal(DateTime, `"${text}"`), date);
});

const notMoments = [
  'soon',
  '',
  '2030-02-31T00:00:00Z',
  '2030-01-31',
  '5',
  'Jan 31 2030',
  '2030-01-31T18:00:00',
  5,
  null,
];
for (const value of notMoments) {
  test(`${JSON.stringify(value)} is no moment`, () => {
    assert.throws(() => DateTime.parseValue(value), /DateTime must be ISO 8601 text/);
    assert.throws(() => literal(DateTime, JSON.stringify(value)), /DateTime must be ISO 8601 text/);
  });
}

test('only a valid Date goes out', () => {
  assert.throws(() => DateTime.serialize(text), /DateTime must be a valid Date/);
  assert.throws(() => DateTime.serialize(new Date(Number.NaN)), /DateTime must be a valid Date/);
});
