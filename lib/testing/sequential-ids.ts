import type { IdGenerator } from '../ids/id-generator.ts';

/** Ids that rise by one from the one after `lastId`, without a lease. */
export function sequentialIds(lastId = 1_000n): IdGenerator {
  let id = lastId;
  return { nextId: async () => ++id, stop: async () => {} };
}
