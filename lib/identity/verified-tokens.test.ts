import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { assertRefused } from './assert-refused.ts';
import { refuseToken } from './token-refusal.ts';
import { createVerifiedTokens } from './verified-tokens.ts';

const [a, b, c] = ['a.a.a', 'b.b.b', 'c.c.c'];
const [f1, f2] = ['forged.1.x', 'forged.2.x'];

function setUp({ maxTokens = 2, lifetimeMs = 1_000 } = {}) {
  const clock = new VirtualClock();
  const checked: string[] = [];
  const verify = createVerifiedTokens(
    async (token) => {
      checked.push(token);
      if (token.startsWith('forged.')) throw refuseToken('bad signature');
      return { subject: `subject of ${token}`, expiresAtMs: clock.now() + lifetimeMs };
    },
    clock,
    maxTokens,
  );
  return { clock, checked, verify };
}

test('a token is checked once, also when it comes many times at once', async () => {
  const { checked, verify } = setUp();
  const subjects = await Promise.all([verify(a), verify(a), verify(a)]);
  assert.deepEqual(subjects, Array(3).fill('subject of a.a.a'));
  await verify(a);
  assert.deepEqual(checked, [a]);
});

test('a remembered token dies when it expires', async () => {
  const { clock, verify } = setUp();
  await verify(a);
  await clock.advance(999);
  await verify(a);
  await clock.advance(1);
  await assertRefused('expired', verify(a));
});

test('no more tokens are remembered than allowed: the least recently used one goes', async () => {
  const { checked, verify } = setUp({ maxTokens: 2 });
  for (const token of [a, b, a, c, a, b]) await verify(token);
  assert.deepEqual(checked, [a, b, c, b]);
});

test('refusals are not remembered and push nothing out', async () => {
  const { checked, verify } = setUp({ maxTokens: 1 });
  await verify(a);
  for (const token of [f1, f2, f1]) await assertRefused('bad signature', verify(token));
  await verify(a);
  assert.deepEqual(checked, [a, f1, f2, f1]);
});

test('a token over 8 KiB is not even looked at', async () => {
  const { checked, verify } = setUp();
  await verify(`a.a.${'a'.repeat(8_188)}`);
  await assertRefused('too long', verify(`a.a.${'a'.repeat(8_189)}`));
  assert.equal(checked.length, 1);
});

test('one token has one spelling', async () => {
  const { checked, verify } = setUp();
  for (const spelling of ['', 'a', 'a.a', `${a} `, `${a}\n`, `${a}=`, `${a}.a`, ' a.a.a', '..', 'é.a.a']) {
    await assertRefused('malformed', verify(spelling));
  }
  assert.deepEqual(checked, []);
});
