/**
 * The id of the n-th demo row of an entity. Every service computes it alone, so that demo data of different
 * services fit together without one knowing another. Far below any Snowflake id.
 */
export function demoId(entity: string, n: number): bigint {
  return (BigInt(fnv1a16(entity)) << 24n) | BigInt(n);
}

/** FNV-1a, folded to 16 bits. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv1a16(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return ((hash >>> 16) ^ hash) & 0xffff;
}
