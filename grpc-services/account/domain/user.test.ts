import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emailKeyOf } from './user.ts';

test('an e-mail address is the same in whatever case, between blanks, and however its letters are encoded', () => {
  const key = 'jos\u00e9@tiffin.example';
  for (const email of [
    key,
    ' JOS\u00c9@Tiffin.Example\n',
    'jose\u0301@tiffin.example',
    'JOSE\u0301@tiffin.example',
  ])
    assert.equal(emailKeyOf(email), key);
});

test('letters that only look alike make another address', () => {
  const email = 'ada@tiffin.example';
  // A Cyrillic letter, and a wide one.
  for (const other of ['\u0430da@tiffin.example', '\uff41da@tiffin.example'])
    assert.notEqual(emailKeyOf(other), emailKeyOf(email));
});
