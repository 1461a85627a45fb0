/**
 * MurmurHash3 x86 32 bit over the UTF-8 of a text. Source: Austin Appleby's MurmurHash3.cpp, public domain. Own code: it
 * runs for each key that is read, and the packages there are take bytes, so that each call would make a buffer first.
 */
export function murmur3(text: string, seed = 0): number {
  let hash = seed;
  const tail = text.length & ~3;
  for (let at = 0; at < tail; at += 4) {
    const a = text.charCodeAt(at);
    const b = text.charCodeAt(at + 1);
    const c = text.charCodeAt(at + 2);
    const d = text.charCodeAt(at + 3);
    if ((a | b | c | d) > MAX_ASCII) return murmur3Bytes(Buffer.from(text), seed);
    hash = addBlock(hash, a | (b << 8) | (c << 16) | (d << 24));
  }
  let block = 0;
  for (let at = text.length - 1; at >= tail; at--) {
    const code = text.charCodeAt(at);
    if (code > MAX_ASCII) return murmur3Bytes(Buffer.from(text), seed);
    block = (block << 8) | code;
  }
  return mix(hash ^ scramble(block) ^ text.length);
}

/** Its finaliser alone: spreads the bits of one number over another, each of which comes from one number only. */
export function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

const MAX_ASCII = 0x7f;

function murmur3Bytes(bytes: Buffer, seed: number): number {
  let hash = seed;
  const tail = bytes.length & ~3;
  for (let at = 0; at < tail; at += 4) hash = addBlock(hash, bytes.readInt32LE(at));
  const block = tail < bytes.length ? bytes.readUIntLE(tail, bytes.length - tail) : 0;
  return mix(hash ^ scramble(block) ^ bytes.length);
}

function addBlock(hash: number, block: number): number {
  const added = hash ^ scramble(block);
  return (Math.imul((added << 13) | (added >>> 19), 5) + 0xe6546b64) | 0;
}

function scramble(block: number): number {
  const scrambled = Math.imul(block, 0xcc9e2d51);
  return Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
}
