import type { Clock } from '@tiffin/lib/clock/clock';
import type { AccessRule } from '@tiffin/proto/gen/tiffin/access/v1/access';
import { LRUCache } from 'lru-cache';
import { type CompiledRules, compileRules } from './access-rules.ts';

/** Rules of flash sales, compiled. Those of one version never change. */
export type RuleCache = (flashSaleId: string, version: number, rules: readonly AccessRule[]) => CompiledRules;

/** How long compiled rules are remembered. */
export const compiledMs = 5 * 60_000;
/** More flash sales than run at once. */
const maxCompiled = 1_000;

interface Remembered {
  readonly rules: CompiledRules;
  readonly untilMs: number;
}

export function createRuleCache(clock: Clock, compile = compileRules): RuleCache {
  const compiled = new LRUCache<string, Remembered>({ max: maxCompiled });
  return (flashSaleId, version, rules) => {
    const key = `${flashSaleId} ${version}`;
    const nowMs = clock.now();
    const known = compiled.get(key);
    if (known && known.untilMs > nowMs) return known.rules;
    const fresh = { rules: compile(rules), untilMs: nowMs + compiledMs };
    compiled.set(key, fresh);
    return fresh.rules;
  };
}
