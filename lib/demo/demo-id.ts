import { fnv1a } from './fnv1a.ts';

/**
 * The id of the n-th demo row of an entity, n below 2^24. Every service computes it alone, so that demo data of
 * different services fit together without one knowing another. Far below any Snowflake id.
 */
export function demoId(entity: string, n: number): bigint {
  const hash = fnv1a(entity);
  return (BigInt(((hash >>> 16) ^ hash) & 0xffff) << 24n) | BigInt(n);
}
