import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { assertRefused } from './assert-refused.ts';
import { refuseToken } from './token-refusal.ts';
import { createVerifiedTokens } from './verified-tokens.ts';

function setUp({ maxTokens = 2, lifetimeMs = 1_000 } = {}) {
  const clock = new VirtualClock();
  const checked: string[] = [];
  const verify = createVerifiedTokens(
    async (token) => {
      checked.push(token);
      if (token.startsWith('forged')) throw refuseToken('bad signature');
      return { subject: `subject of ${token}`, expiresAtMs: clock.now() + lifetimeMs };
    },
    clock,
    maxTokens,
  );
  return { clock, checked, verify };
}

test('a token is checked once, also when it comes many times at once', async () => {
  const { checked, verify } = setUp();
  const subjects = await Promise.all([verify('a'), verify('a'), verify('a')]);
  assert.deepEqual(subjects, Array(3).fill('subject of a'));
  await verify('a');
  assert.deepEqual(checked, ['a']);
});

test('a remembered token dies when it expires', async () => {
  const { clock, verify } = setUp();
  await verify('a');
  await clock.advance(999);
  await verify('a');
  await clock.advance(1);
  await assertRefused('expired', verify('a'));
});

test('no more tokens are remembered than allowed: the least recently used one goes', async () => {
  const { checked, verify } = setUp({ maxTokens: 2 });
  for (const token of ['a', 'b', 'a', 'c', 'a', 'b']) await verify(token);
  assert.deepEqual(checked, ['a', 'b', 'c', 'b']);
});

test('refusals are not remembered and push nothing out', async () => {
  const { checked, verify } = setUp({ maxTokens: 1 });
  await verify('a');
  for (const token of ['forged1', 'forged2', 'forged1']) await assertRefused('bad signature', verify(token));
  await verify('a');
  assert.deepEqual(checked, ['a', 'forged1', 'forged2', 'forged1']);
});

test('a token over 8 KiB is not even looked at', async () => {
  const { checked, verify } = setUp();
  await verify('a'.repeat(8_192));
  await assertRefused('too long', verify('a'.repeat(8_193)));
  assert.equal(checked.length, 1);
});
