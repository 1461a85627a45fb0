import { AppError } from '@tiffin/lib/errors/app-error';
import type { ServiceIdentity } from '@tiffin/lib/identity/identity';
import { requireService } from '@tiffin/lib/identity/require-service';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { AccessRule, CheckAccessResponse } from '@tiffin/proto/gen/tiffin/access/v1/access';
import { verdictKey } from '../data/keys.ts';
import { allowed, type CompiledRules } from './access-rules.ts';
import type { AccessDeps } from './deps.ts';
import { type FoundFacts, type Looked, lookUpFacts } from './look-up-facts.ts';

/** A flash sale, as far as it says who may take part. */
export interface RuledSale {
  readonly flashSaleId: string;
  /** That of the rules. */
  readonly version: number;
  /** All must be met; none lets everybody in. */
  readonly rules: readonly AccessRule[];
}

/** Whether a user meets all rules, and else which is the first that is not met, and why; or why that cannot be said. */
export type Verdict = CheckAccessResponse | AppError;

/**
 * One answer for each of the flash sales, in their order; without an address any of the user's counts. Whatever their
 * number: one round trip to Redis, one rpc for each kind of fact that they need, and another round trip.
 */
export type CheckAccess = (
  context: CallContext,
  user: Looked,
  sales: readonly RuledSale[],
) => Promise<Verdict[]>;

const accessService: ServiceIdentity = { kind: 'service', name: 'access' };

/** Looking somebody up belongs to all who ask meanwhile: it has a time of its own. */
const lookUpMs = 1_500;
const maxLookUps = 10_000;
const retryAfterMs = 100;

/** By the key of the verdict. */
type Verdicts = ReadonlyMap<string, Verdict>;

/**
 * A verdict stands for 30 s in all processes, for better or worse, and several who ask for the same at once share the
 * answer. Verdicts are USER_NOT_FOUND where a rule asks for the account of nobody, or what the look-up failed with.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN for users; UNAVAILABLE where too many are looked up.
 */
export function createCheckAccess(deps: AccessDeps): CheckAccess {
  /** The look-up that a verdict will be in. */
  const underWay = new Map<string, Promise<Verdicts>>();

  async function lookUp(
    call: CallContext,
    user: Looked,
    wanted: ReadonlyMap<string, CompiledRules>,
  ): Promise<Verdicts> {
    const known = await deps.verdicts.find([...wanted.keys()]);
    const unknown = [...wanted].filter(([key]) => !known.has(key));
    if (unknown.length === 0) return known;
    const needs = new Set(unknown.flatMap(([, rules]) => [...rules.needs]));
    const found = await lookUpFacts(deps, call, user, needs);
    const nowMs = deps.clock.now();
    const judged = unknown.map(([key, rules]) => [key, judge(rules, found, nowMs)] as const);
    await deps.verdicts.keep(new Map(judged.flatMap(([key, one]) => (isSaid(one) ? [[key, one]] : []))));
    return new Map<string, Verdict>([...known, ...judged]);
  }

  return async ({ identity, requestId, span }, user, sales) => {
    requireService(identity);
    const asked = sales.map((sale) => ask(deps, user, sale));
    const fresh = new Map<string, CompiledRules>();
    for (const question of asked)
      if (question && !underWay.has(question.key)) fresh.set(question.key, question.rules);
    if (underWay.size + fresh.size > maxLookUps) throw new AppError('UNAVAILABLE', { retryAfterMs });
    if (fresh.size > 0) {
      const deadlineMs = deps.clock.now() + lookUpMs;
      const { signal } = new AbortController();
      const call = { requestId, identity: accessService, deadlineMs, signal, span };
      const lookedUp = lookUp(call, user, fresh).finally(() => {
        for (const key of fresh.keys()) underWay.delete(key);
      });
      for (const key of fresh.keys()) underWay.set(key, lookedUp);
    }
    const lookUps = asked.map((question) => question && underWay.get(question.key));
    const verdicts = await Promise.all(lookUps);
    return asked.map((question, index) => {
      const verdict = question ? verdicts[index]?.get(question.key) : allowed;
      if (!verdict) throw new Error(`Nobody judged ${question?.key}.`);
      return verdict;
    });
  };
}

/** Undefined where there is nothing to ask. */
function ask(
  deps: Pick<AccessDeps, 'rules'>,
  { userId, addressId }: Looked,
  { flashSaleId, version, rules }: RuledSale,
): { readonly key: string; readonly rules: CompiledRules } | undefined {
  if (rules.length === 0) return undefined;
  const compiled = deps.rules(flashSaleId, version, rules);
  // What is not about areas is the same whatever the address.
  const isOfAddress = compiled.needs.has('areas');
  return {
    key: verdictKey(flashSaleId, version, userId, isOfAddress ? addressId : undefined),
    rules: compiled,
  };
}

function judge(rules: CompiledRules, { facts, failures }: FoundFacts, nowMs: number): Verdict {
  const failed = [...rules.needs].find((need) => failures.has(need));
  return (failed && failures.get(failed)) ?? rules.judge(facts, nowMs);
}

const isSaid = (verdict: Verdict): verdict is CheckAccessResponse => !(verdict instanceof AppError);
