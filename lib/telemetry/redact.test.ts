import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSensitiveKey, redact, redactText } from './redact.ts';

const HIDDEN = '[redacted]';

test('hides secrets and personal data by key name, however it is spelt and however deep it lies', () => {
  const hidden = [
    'password',
    'newPassword',
    'refresh_token',
    'x-api-key',
    'Authorization',
    'set-cookie',
    'EMAIL',
  ];
  for (const key of [...hidden, 'addressLine1', 'phoneNumber', 'ACCOUNT_DATABASE_URL', 'jwtSecret']) {
    assert.equal(isSensitiveKey(key), true, key);
  }
  for (const key of ['shopId', 'tokenCount', 'url', 'remoteAddress', 'status', 'emailed']) {
    assert.equal(isSensitiveKey(key), false, key);
  }
  const user = { id: 7n, contact: [{ email: 'a@b.example', phone: '123' }], address: { line1: 'Road 1' } };
  assert.deepEqual(redact({ user, token: null }), {
    user: { id: '7', contact: [{ email: HIDDEN, phone: HIDDEN }], address: HIDDEN },
    token: null,
  });
});

test('hides what free text gives away', () => {
  assert.equal(redactText('to postgres://joe:pw@db:5432/x'), `to postgres://${HIDDEN}@db:5432/x`);
  assert.equal(redactText('redis://:pw@cache:6379'), `redis://${HIDDEN}@cache:6379`);
  assert.equal(redactText('Authorization: Bearer abcdefgh123'), `Authorization: Bearer ${HIDDEN}`);
  assert.equal(redactText('got eyJhbGciOiJ.eyJzdWIi.c2ln today'), `got ${HIDDEN} today`);
  assert.equal(redactText('Key (login)=(jo.doe@mail.example.com) exists'), `Key (login)=(${HIDDEN}) exists`);
  assert.equal(
    redactText('http://127.0.0.1:4000/graphql is ready'),
    'http://127.0.0.1:4000/graphql is ready',
  );
});

test('an error keeps name, code, message, stack and cause, and nothing else', () => {
  const cause = Object.assign(new Error('no route to redis://:pw@cache'), { code: 'ECONNREFUSED' });
  const error = Object.assign(new TypeError('failed for jo@mail.example', { cause }), { sql: 'select 1' });
  const safe = redact({ err: error }) as {
    err: Record<string, unknown> & { cause: Record<string, unknown> };
  };
  assert.deepEqual(Object.keys(safe.err), ['name', 'message', 'stack', 'cause']);
  assert.equal(safe.err['message'], `failed for ${HIDDEN}`);
  assert.equal(safe.err.cause['code'], 'ECONNREFUSED');
  assert.doesNotMatch(JSON.stringify(safe), /pw|jo@mail|select 1/);
});

test('strings, lists, objects and depth are bounded, and a cycle ends', () => {
  assert.equal(redactText('x'.repeat(5_000)).length, 2_000 + '… [5000 characters]'.length);
  const cut = redactText(`${'x'.repeat(1_990)} postgres://joe:secret-word@db`);
  assert.doesNotMatch(cut, /secret-word|joe/);
  assert.equal((redact({ list: Array(1_000).fill(1) }) as { list: unknown[] }).list.length, 51);
  const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`key${index}`, index]));
  assert.equal(Object.keys(redact(wide) as object).length, 51);
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  assert.match(JSON.stringify(redact(cycle)), /too deep/);
});

test('binary data and functions are not written out', () => {
  assert.deepEqual(redact({ body: Buffer.from('abc'), run: () => 1 }), { body: '[3 bytes]', run: undefined });
});
