import type { AccessRule } from '@tiffin/proto/gen/tiffin/access/v1/access';

/** A rule as a client sees it. */
export type ShownAccessRule =
  | { readonly __typename: 'AccountAgeRule'; readonly minDays: number }
  | { readonly __typename: 'AreaRule'; readonly areas: string[] }
  | { readonly __typename: 'PastOrdersRule'; readonly minOrders: number };

/** @throws Error for a rule of a kind that the schema does not have. */
export function shownAccessRule({ rule }: AccessRule): ShownAccessRule {
  switch (rule?.$case) {
    case 'accountAge':
      return { __typename: 'AccountAgeRule', minDays: rule.value.minDays };
    case 'area':
      return { __typename: 'AreaRule', areas: rule.value.areas };
    case 'pastOrders':
      return { __typename: 'PastOrdersRule', minOrders: rule.value.minOrders };
    case undefined:
      throw new Error('The service has an access rule of no kind.');
  }
}
