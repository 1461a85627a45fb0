import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hideValues } from './hide-values.ts';

function hidden(message: string, fields: object): Error {
  const error = Object.assign(new Error(message), fields);
  assert.ok(error.stack?.includes(message), 'a stack that was looked at keeps its first line');
  hideValues(error);
  return error;
}

test('a value in the message is hidden, in the stack too, whatever is in it and however the server quotes', () => {
  for (const text of [
    'invalid input syntax for type integer: "hunter2"',
    'invalid input syntax for type integer: "a" hunter2 "b"',
    'invalid input syntax for type integer: "a\nhunter2\n"',
    'date/time field value out of range: "hunter2"',
    'invalid value "hunter2" for "YYYY"',
    'ungültige Eingabesyntax für Typ integer: »hunter2«',
    'la syntaxe en entrée est invalide pour le type integer : « hunter2 »',
    'nieprawidłowa składnia wejścia dla typu integer: „hunter2”',
  ]) {
    const error = hidden(text, { code: '22P02' });
    assert.doesNotMatch(`${error.message}${error.stack}`, /hunter2/);
    assert.match(error.message, /^\S+ .*"…"/s);
    assert.match(String(error.stack), /hide-values\.test/);
  }
});

test('names of ours stay', () => {
  const message = 'null value in column "name" of relation "shop" violates not-null constraint';
  assert.equal(hidden(message, { code: '23502', table: 'shop', column: 'name' }).message, message);
  const taken = 'duplicate key value violates unique constraint "user_email"';
  assert.equal(hidden(taken, { code: '23505', constraint: 'user_email' }).message, taken);
  const unknown = hidden('something about "hunter2" of "shop"', { code: '23514', table: 'shop' });
  assert.equal(unknown.message, 'something about "…"');
});

test('fields that hold values go, whatever the code', () => {
  const fields = { detail: 'a', where: 'b', query: 'c', params: ['d'], queryOptions: {}, internalQuery: 'e' };
  const error = hidden('relation "shop.shops" does not exist', { ...fields, code: '42P01' });
  for (const field of Object.keys(fields)) assert.ok(!(field in error), field);
  assert.equal(error.message, 'relation "shop.shops" does not exist');
});

test('what is no error is left alone', () => {
  for (const thrown of [undefined, null, 'text']) hideValues(thrown);
});
