import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeEntry, encodeAbsent, encodeLease, encodeValue } from './cache-entry.ts';

const readAtMs = Date.UTC(2030, 0, 1);

describe('a cache entry', () => {
  it('carries any bytes, their version and their time', () => {
    for (const bytes of [Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), Buffer.alloc(0)]) {
      const entry = decodeEntry(encodeValue(bytes, 255, readAtMs));
      assert.deepEqual(entry, { kind: 'value', readAtMs, version: 255, bytes });
    }
  });

  it('says that there is none, and since when that is known', () => {
    assert.deepEqual(decodeEntry(encodeAbsent(readAtMs)), { kind: 'absent', readAtMs });
  });

  it('is a lease, whatever its token', () => {
    for (const token of ['', 'a', 'v1234567890', '*234567'])
      assert.deepEqual(decodeEntry(encodeLease(token)), { kind: 'lease' });
    assert.notDeepEqual(encodeLease('a'), encodeLease('b'));
  });

  it('is nothing of ours where it ends too early, or begins with something else', () => {
    const value = encodeValue(Buffer.from('x'), 1, readAtMs);
    const absent = encodeAbsent(readAtMs);
    for (let length = 0; length < 8; length++)
      assert.equal(decodeEntry(value.subarray(0, length)), undefined, `value of ${length}`);
    for (let length = 0; length < 7; length++)
      assert.equal(decodeEntry(absent.subarray(0, length)), undefined, `absent of ${length}`);
    assert.equal(decodeEntry(Buffer.concat([absent, Buffer.from('x')])), undefined);
    for (let mark = 0; mark < 256; mark++) {
      if ('v*~'.includes(String.fromCharCode(mark))) continue;
      assert.equal(decodeEntry(Buffer.concat([Buffer.from([mark]), value.subarray(1)])), undefined);
    }
  });
});
