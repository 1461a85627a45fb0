import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { anonymous, type UserIdentity } from '@tiffin/lib/identity/identity';
import { authenticate } from './authenticate.ts';

const user: UserIdentity = { kind: 'user', userId: '7', roles: ['CUSTOMER'] };
const asked: string[] = [];
const tokens = {
  async verify(token: string) {
    asked.push(token);
    if (token !== 'good') throw new AppError('UNAUTHENTICATED', {});
    return user;
  },
};

test('without the header somebody is anonymous', async () => {
  assert.equal(await authenticate(undefined, tokens), anonymous);
});

test('a bearer token says who somebody is; the scheme is written in any case', async () => {
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    assert.equal(await authenticate(`${scheme} good`, tokens), user);
  }
});

const refused = {
  'a token that is refused': 'Bearer bad',
  'an empty header': '',
  'no token': 'Bearer',
  'an empty token': 'Bearer ',
  'several spaces': 'Bearer   good',
  'several tokens': 'Bearer good good',
  'two headers in one': 'Bearer good, Bearer good',
  'a line break': 'Bearer good\n',
  'another scheme': 'Basic good',
  'a scheme that only begins like it': 'Bearerish good',
  'a token without a scheme': 'good',
};
for (const [what, header] of Object.entries(refused)) {
  test(`${what}: UNAUTHENTICATED, never anonymous`, async () => {
    await assert.rejects(authenticate(header, tokens), (error) => AppError.is(error, 'UNAUTHENTICATED'));
  });
}

test('only what looks like a token is verified', () => {
  assert.deepEqual([...new Set(asked)], ['good', 'bad']);
});
