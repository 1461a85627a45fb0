import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createScryptHasher, owaspScryptCost } from './password-hash.ts';

const cheap = { n: 2, r: 1, p: 1 };

suite('password hash', () => {
  test('accepts the password and nothing else', async () => {
    const hasher = createScryptHasher(cheap);
    const stored = await hasher.hash('correct horse');
    assert.equal(await hasher.verify('correct horse', stored), true);
    assert.equal(await hasher.verify('correct horsf', stored), false);
    assert.equal(await hasher.verify('', stored), false);
  });

  test('salts each password anew', async () => {
    const hasher = createScryptHasher(cheap);
    assert.notEqual(await hasher.hash('same'), await hasher.hash('same'));
  });

  test('takes the cost from the stored text, so that old passwords outlive a change', async () => {
    const stored = await createScryptHasher({ n: 4, r: 2, p: 2 }).hash('correct horse');
    assert.match(stored, /^\$scrypt\$ln=2,r=2,p=2\$/);
    assert.equal(await createScryptHasher(cheap).verify('correct horse', stored), true);
  });

  test('takes composed and decomposed letters as the same', async () => {
    const hasher = createScryptHasher(cheap);
    assert.equal(await hasher.verify('cafe\u0301', await hasher.hash('caf\u00e9')), true);
  });

  test('refuses a stored text of another form, without quoting it', async () => {
    const verify = createScryptHasher(cheap).verify('x', 'plain-secret');
    await assert.rejects(verify, (error: Error) => !error.message.includes('plain-secret'));
  });

  test('works at the cost of production', async () => {
    const hasher = createScryptHasher();
    const stored = await hasher.hash('correct horse');
    assert.match(stored, /^\$scrypt\$ln=14,r=8,p=5\$[\w-]{22}\$[\w-]{43}$/);
    assert.equal(await hasher.verify('correct horse', stored), true);
    assert.deepEqual(owaspScryptCost, { n: 16_384, r: 8, p: 5 });
  });
});
