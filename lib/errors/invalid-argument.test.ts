import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from './app-error.ts';
import { type Validator, validate } from './invalid-argument.ts';

/** The violations of one input, as `field expected`. */
function violationsOf(checks: (v: Validator) => void): string[] {
  try {
    validate(checks);
    return [];
  } catch (error) {
    assert.ok(AppError.is(error, 'INVALID_ARGUMENT'));
    return error.detail.violations.map(({ field, expected }) => `${field} ${expected}`);
  }
}

function accepts(values: readonly string[], check: (v: Validator, value: string) => void): void {
  for (const value of values)
    assert.deepEqual(
      violationsOf((v) => check(v, value)),
      [],
      JSON.stringify(value),
    );
}

function refuses(values: readonly string[], check: (v: Validator, value: string) => void): void {
  for (const value of values)
    assert.equal(violationsOf((v) => check(v, value)).length, 1, JSON.stringify(value));
}

test('all violations come in one error', () => {
  const violations = violationsOf((v) => {
    v.length('address.city', '', 1, 80);
    v.length('address.street', 'Main Street 1', 1, 80);
    v.pageSize('first', 101, 100);
  });
  assert.deepEqual(violations, [
    'address.city must not be empty',
    'first must be a whole number from 1 to 100',
  ]);
});

test('a field is named once, and no more than 20 fields are', () => {
  const twice = violationsOf((v) => {
    v.length('name', undefined, 1, 80);
    v.check('name', false, 'must be nicer');
  });
  assert.deepEqual(twice, ['name must be given']);
  const many = violationsOf((v) => v.ids('ids', Array<string>(100).fill('x'), 100));
  assert.equal(many.length, 20);
  assert.equal(many[19], 'ids[19] must be an id');
});

test('lengths count code points, and blanks do not fill a field', () => {
  const name = (v: Validator, value: string) => v.length('name', value, 2, 4);
  accepts(['ab', '🍜🍜🍜🍜', 'żółć', ' ab '], name);
  refuses(['a', 'abcde', '🍜🍜🍜🍜🍜', '   ', 'x'.repeat(1_000_000)], name);
});

test('text holds no control characters and no broken characters', () => {
  const line = (v: Validator, value: string) => v.length('name', value, 0, 80);
  const text = (v: Validator, value: string) => v.text('text', value, 0, 80);
  const broken = ['a\u0000b', 'a\u001bb', 'a\u007fb', 'a\u0085b', 'a\ud800b', 'a\udc00'];
  refuses([...broken, 'a\nb', 'a\tb'], line);
  refuses(broken, text);
  accepts(['a\nb', 'a\r\n\tb'], text);
});

test('an id is a decimal number from 1 to 2^63 - 1', () => {
  const id = (v: Validator, value: string) => v.id('shopId', value);
  accepts(['1', '7241928374652938', '9223372036854775807'], id);
  refuses(
    ['', '0', '01', '-1', '1.0', '1e3', ' 1', '1\n', '٣', '0x1', '9223372036854775808', '9'.repeat(1_000)],
    id,
  );
  assert.equal(violationsOf((v) => v.id('shopId', undefined)).length, 1);
});

test('a batch holds 1 to the most ids', () => {
  assert.deepEqual(
    violationsOf((v) => v.ids('ids', ['1', '2'], 2)),
    [],
  );
  assert.deepEqual(
    violationsOf((v) => v.ids('ids', [], 2)),
    ['ids must hold 1 to 2 ids'],
  );
  assert.deepEqual(
    violationsOf((v) => v.ids('ids', ['1', '2', 'x'], 2)),
    ['ids must hold 1 to 2 ids'],
  );
  assert.deepEqual(
    violationsOf((v) => v.ids('ids', ['1', 'x'], 2)),
    ['ids[1] must be an id'],
  );
});

test('an idempotency key is one line of 1 to 64 characters', () => {
  const key = (v: Validator, value: string) => v.idempotencyKey('idempotencyKey', value);
  accepts(['k', '0190c6c8-9d1c-7e7e-8a32-6bb3a1f9e7d1', 'order 2030.01_a', '🍜'.repeat(64)], key);
  refuses(['', ' ', 'k'.repeat(65), '🍜'.repeat(65), 'eightch\n', 'a\0', 'a\ud800'], key);
  assert.equal(violationsOf((v) => v.idempotencyKey('idempotencyKey', undefined)).length, 1);
});

test('a version is a whole number that a PostgreSQL integer holds', () => {
  const isRefused = (value: number) => violationsOf((v) => v.version('version', value)).length === 1;
  for (const version of [1, 2 ** 31 - 1]) assert.ok(!isRefused(version));
  for (const version of [0, -1, 1.5, 2 ** 31, Number.NaN]) assert.ok(isRefused(version));
});

test('an e-mail address has one @ and a domain', () => {
  const email = (v: Validator, value: string) => v.email('email', value);
  accepts(['ada@example.com', 'a.b+c@mail.example.co.uk', 'jürgen@exämple.de'], email);
  refuses(
    [
      '',
      'ada',
      'ada@',
      '@example.com',
      'a@b@example.com',
      'ada@example',
      'ada@example..com',
      'a da@example.com',
    ],
    email,
  );
  refuses(['ada@example.com\u0000', 'ada\ud800@example.com', `${'a'.repeat(65)}@example.com`], email);
});

test('an e-mail address is checked in linear time', () => {
  const startedAt = performance.now();
  refuses([`a@${'a.'.repeat(500_000)}`, `a@${'a.'.repeat(120)}@`], (v, value) => v.email('email', value));
  assert.ok(performance.now() - startedAt < 1_000);
});

test('numbers are whole and within their bounds', () => {
  const stars = (value: number | undefined) =>
    violationsOf((v) => v.integerBetween('stars', value, 1, 5)).length;
  assert.deepEqual([1, 5].map(stars), [0, 0]);
  assert.deepEqual([0, 6, 1.5, Number.NaN, Number.POSITIVE_INFINITY, undefined].map(stars), Array(6).fill(1));
});

test('money is whole cents within bounds and a currency', () => {
  const price = (amountCents: number, currency: string) =>
    violationsOf((v) => v.money('price', { amountCents, currency }, 1));
  assert.deepEqual(price(Number.MAX_SAFE_INTEGER, 'EUR'), []);
  assert.deepEqual(price(0, 'eur'), [
    `price.amountCents must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`,
    'price.currency must be three capital letters, such as EUR',
  ]);
  assert.equal(price(2 ** 53, 'EUR').length, 1);
  assert.equal(price(0.1, 'EUR').length, 1);
  assert.deepEqual(
    violationsOf((v) => v.money('price', undefined)),
    ['price must be given'],
  );
});

test('one of several values', () => {
  const roles = ['CUSTOMER', 'ADMIN'] as const;
  assert.deepEqual(
    violationsOf((v) => v.oneOf('role', 'ADMIN', roles)),
    [],
  );
  assert.deepEqual(
    violationsOf((v) => v.oneOf('role', undefined, roles)),
    ['role must be one of CUSTOMER, ADMIN'],
  );
});
