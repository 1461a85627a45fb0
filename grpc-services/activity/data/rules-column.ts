import type { AccessRule } from '@tiffin/proto/gen/tiffin/access/v1/access';

/** A rule as protobuf writes it in JSON: `{"accountAge":{"minDays":30}}`. */
export type StoredRule = { readonly [Kind in RuleOf['$case']]?: Extract<RuleOf, { $case: Kind }>['value'] };

type RuleOf = NonNullable<AccessRule['rule']>;

/** Rules for the column. @throws Error for one that says nothing: whoever met it would have met no rule. */
export function storeRules(rules: readonly AccessRule[]): StoredRule[] {
  return rules.map(({ rule }) => {
    if (!rule) throw new Error('A rule of a flash sale says nothing.');
    return { [rule.$case]: rule.value };
  });
}

/** Rules from the column. @throws Error for one of a kind that is not known here: it is no leave to let everybody in. */
export function readRules(stored: readonly StoredRule[]): AccessRule[] {
  return stored.map(({ accountAge, area, pastOrders }) => {
    if (accountAge) return { rule: { $case: 'accountAge', value: accountAge } };
    if (area) return { rule: { $case: 'area', value: area } };
    if (pastOrders) return { rule: { $case: 'pastOrders', value: pastOrders } };
    throw new Error('A flash sale has a rule of an unknown kind.');
  });
}
