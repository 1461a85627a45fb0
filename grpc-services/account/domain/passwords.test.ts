import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { createHashSlots } from './hash-slots.ts';
import { createScryptHasher, type PasswordHasher } from './password-hash.ts';
import { createPasswords } from './passwords.ts';

const forever = new AbortController().signal;
const slots = createHashSlots({ maxConcurrent: 2, maxQueued: 8 });

suite('passwords', () => {
  test('match their own hash only', async () => {
    const passwords = await createPasswords(createScryptHasher({ n: 2, r: 1, p: 1 }), slots, randomBytes);
    const stored = await passwords.hash('correct horse', forever);
    assert.equal(await passwords.matches('correct horse', stored, forever), true);
    assert.equal(await passwords.matches('wrong horse', stored, forever), false);
  });

  test('an account that does not exist costs a whole verification too', async () => {
    const scrypt = createScryptHasher({ n: 2, r: 1, p: 1 });
    const verified: string[] = [];
    const hasher: PasswordHasher = {
      hash: scrypt.hash,
      verify: (password, stored) => {
        verified.push(stored);
        return scrypt.verify(password, stored);
      },
    };
    const passwords = await createPasswords(hasher, slots, randomBytes);
    assert.equal(await passwords.matches('anything', undefined, forever), false);
    assert.equal(verified.length, 1);
  });

  test('without an account even the right guess of the stand-in is wrong', async () => {
    const zeros = (bytes: number) => Buffer.alloc(bytes);
    const passwords = await createPasswords(createScryptHasher({ n: 2, r: 1, p: 1 }), slots, zeros);
    assert.equal(await passwords.matches(zeros(32).toString('base64url'), undefined, forever), false);
  });
});
