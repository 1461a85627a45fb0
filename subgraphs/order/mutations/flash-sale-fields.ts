import { AppError } from '@tiffin/lib/errors/app-error';
import type { AccessRule } from '@tiffin/proto/gen/tiffin/access/v1/access';
import type { FlashSaleFields } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_admin';
import type { AccessRuleInput, FlashSaleFieldsInput } from '../resolvers.gen.ts';

/** @throws AppError INVALID_ARGUMENT for a rule that is not exactly one thing. */
export const flashSaleFieldsOf = ({ rules, ...fields }: FlashSaleFieldsInput): FlashSaleFields => ({
  ...fields,
  rules: accessRulesOf('fields.rules', rules),
});

/**
 * The rules that a client wrote; `field` is where: `fields.rules`. Federation's composition knows no `@oneOf`, which
 * would say the same in the schema.
 * @throws AppError INVALID_ARGUMENT for a rule that is not exactly one thing.
 */
function accessRulesOf(field: string, inputs: readonly AccessRuleInput[]): AccessRule[] {
  return inputs.map(({ accountAge, area, pastOrders }, index): AccessRule => {
    const [rule, ...others]: AccessRule['rule'][] = [
      ...(accountAge ? [{ $case: 'accountAge' as const, value: accountAge }] : []),
      ...(area ? [{ $case: 'area' as const, value: { areas: [...area.areas] } }] : []),
      ...(pastOrders ? [{ $case: 'pastOrders' as const, value: pastOrders }] : []),
    ];
    if (rule && others.length === 0) return { rule };
    const expected = 'must have exactly one of accountAge, area and pastOrders';
    throw new AppError('INVALID_ARGUMENT', { violations: [{ field: `${field}[${index}]`, expected }] });
  });
}
