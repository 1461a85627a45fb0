import type { Validator } from '../errors/invalid-argument.ts';

/** Ids, or pages, that one call may ask for. */
export const maxBatchKeys = 100;

/** None at all is fine: the answer is empty. */
export function checkBatch(v: Validator, field: string, keys: readonly unknown[]): void {
  v.check(field, keys.length <= maxBatchKeys, `must hold at most ${maxBatchKeys}`);
}
