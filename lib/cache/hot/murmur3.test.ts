import assert from 'node:assert/strict';
import { test } from 'node:test';
import { murmur3 } from './murmur3.ts';

test('agrees with the published vectors', () => {
  const seed = 0x9747b28c;
  // Source: https://stackoverflow.com/a/31929528, checked against the reference implementation there.
  const vectors: readonly (readonly [text: string, seed: number, hash: number])[] = [
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['\0\0\0\0', 0, 0x2362f9de],
    ['aaaa', seed, 0x5a97808a],
    ['aaa', seed, 0x283e0130],
    ['aa', seed, 0x5d211726],
    ['a', seed, 0x7fa09ea6],
    ['abcd', seed, 0xf0478627],
    ['abc', seed, 0xc84a62dd],
    ['ab', seed, 0x74875592],
    ['Hello, world!', seed, 0x24884cba],
    ['The quick brown fox jumps over the lazy dog', seed, 0x2fa826cd],
    // Two bytes a letter, 16 in all: the way through a buffer.
    ['ππππππππ', seed, 0xd58063c1],
  ];
  for (const [text, seeded, hash] of vectors) assert.equal(murmur3(text, seeded), hash, text);
});

test('takes UTF-8 wherever a letter outside ASCII stands, broken pairs too', () => {
  /** The same from the bytes alone, without the way for ASCII. */
  const byBytes = (text: string) => {
    let hash = 0;
    const bytes = Buffer.from(text);
    const scramble = (block: number) => {
      const k = Math.imul(block, 0xcc9e2d51);
      return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    };
    let at = 0;
    for (; at + 4 <= bytes.length; at += 4) {
      hash ^= scramble(bytes.readUInt32LE(at));
      hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    }
    let rest = 0;
    for (let index = bytes.length - 1; index >= at; index--) rest = (rest << 8) | (bytes[index] ?? 0);
    hash ^= scramble(rest) ^ bytes.length;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  };
  for (const text of ['é', 'aé', 'abcdé', 'éabcd', 'abc€', 'x😀', '\ud800', 'abcdefg\udc00', 'plain'])
    assert.equal(murmur3(text), byBytes(text), text);
});
