import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignJWT, UnsecuredJWT } from 'jose';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { assertRefused } from './assert-refused.ts';
import { anonymous, type Identity } from './identity.ts';
import { createInternalTokens } from './internal-token.ts';

const secret = 'a secret of thirty-two characters';
const user: Identity = { kind: 'user', userId: '42', roles: ['CUSTOMER', 'MERCHANT'] };

function setUp() {
  const clock = new VirtualClock();
  return { clock, tokens: createInternalTokens({ secret, clock }) };
}

/** A token as an attacker who has learned some of it would make one. */
function forge(claims: Record<string, unknown>, clock: VirtualClock, key = secret, alg = 'HS256') {
  const nowSeconds = clock.now() / 1_000;
  const standard = { iss: 'tiffin-internal', aud: 'tiffin-internal', iat: nowSeconds, exp: nowSeconds + 60 };
  return new SignJWT({ ...standard, ...claims })
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(key));
}

test('every kind of identity survives the way', async () => {
  const { tokens } = setUp();
  for (const identity of [user, anonymous, { kind: 'service', name: 'jobs' }] as const) {
    assert.deepEqual(await tokens.verify(await tokens.sign(identity)), identity);
  }
});

test('a token is signed once in half its life, then anew, also when the clock went back', async () => {
  const { clock, tokens } = setUp();
  const first = await tokens.sign(user);
  await clock.advance(29_999);
  assert.equal(await tokens.sign({ ...user }), first);
  await clock.advance(1);
  const second = await tokens.sign(user);
  assert.notEqual(second, first);
  clock.jump(-600_000);
  assert.notEqual(await tokens.sign(user), second);
});

test('other roles are another token', async () => {
  const { tokens } = setUp();
  assert.notEqual(await tokens.sign(user), await tokens.sign({ ...user, roles: ['ADMIN'] }));
});

test('a token dies after 60 seconds, remembered or not', async () => {
  const { clock, tokens } = setUp();
  const token = await tokens.sign(user);
  await tokens.verify(token);
  await clock.advance(59_000);
  await tokens.verify(token);
  await clock.advance(1_000);
  await assertRefused('expired', tokens.verify(token));
  await assertRefused('expired', createInternalTokens({ secret, clock }).verify(token));
});

test('forged tokens are refused', async () => {
  const { clock, tokens } = setUp();
  const claims = { kind: 'user', sub: '42', roles: ['ADMIN'] };
  const other = 'another secret of the same length';
  const good = await tokens.sign(user);
  const [header, payload, signature] = good.split('.');
  const admin = Buffer.from(JSON.stringify({ ...claims, iss: 'tiffin-internal' })).toString('base64url');
  await assertRefused('bad signature', tokens.verify(await forge(claims, clock, other)));
  await assertRefused('bad signature', tokens.verify(`${header}.${admin}.${signature}`));
  await assertRefused(
    'wrong algorithm',
    tokens.verify(await forge(claims, clock, secret.repeat(2), 'HS512')),
  );
  await assertRefused('wrong algorithm', tokens.verify(new UnsecuredJWT(claims).encode()));
  await assertRefused('wrong issuer', tokens.verify(await forge({ ...claims, iss: 'tiffin' }, clock)));
  await assertRefused(
    'wrong audience',
    tokens.verify(await forge({ ...claims, aud: 'tiffin-gateway' }, clock)),
  );
  await assertRefused('bad claims', tokens.verify(await forge({ ...claims, exp: undefined }, clock)));
  for (const token of ['', 'x', 'a.b.c', `${header}.${payload}`, `${good}.`, `${good} `]) {
    await assertRefused('malformed', tokens.verify(token));
  }
  await assertRefused('too long', tokens.verify('a'.repeat(8_193)));
});

test('claims that make no identity are refused, unknown roles give no rights', async () => {
  const { clock, tokens } = setUp();
  const broken = [
    {},
    { kind: 'root', sub: '1' },
    { kind: 'user', roles: [] },
    { kind: 'user', sub: '1' },
    { kind: 'service' },
  ];
  for (const claims of broken) {
    await assertRefused('bad claims', tokens.verify(await forge(claims, clock)));
  }
  const newer = await forge({ kind: 'user', sub: '1', roles: ['COURIER', 'CUSTOMER', 7] }, clock);
  assert.deepEqual(await tokens.verify(newer), { kind: 'user', userId: '1', roles: ['CUSTOMER'] });
});

test('a short secret is refused with the variable to set', () => {
  const clock = new VirtualClock();
  assert.throws(
    () => createInternalTokens({ secret: 'x'.repeat(31), clock }),
    /INTERNAL_TOKEN_SECRET.*32 characters/,
  );
});
