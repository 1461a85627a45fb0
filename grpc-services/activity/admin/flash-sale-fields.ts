import type { Validator } from '@tiffin/lib/errors/invalid-argument';
import type { AccessRule } from '@tiffin/proto/gen/tiffin/access/v1/access';
import type { FlashSaleFields as FlashSaleFieldsMessage } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_admin';
import { accessRuleLimits } from '@tiffin/proto/limits/access-rule-limits';
import { maxNameChars } from '../domain/campaign.ts';
import { type FlashSaleFields, maxFlashSaleMs } from '../domain/flash-sale.ts';
import { checkTime } from './check-time.ts';

const { maxRules, maxMinDays, maxAreas, maxAreaChars, maxMinOrders } = accessRuleLimits;

export function checkFlashSaleFields(v: Validator, fields: FlashSaleFieldsMessage | undefined): void {
  v.check('fields', fields !== undefined, 'must be given');
  if (!fields) return;
  const { name, goodsId, price, startsAt, endsAt, rules } = fields;
  v.length('fields.name', name, 1, maxNameChars);
  v.id('fields.goodsId', goodsId);
  v.money('fields.price', price, 1);
  checkTime(v, 'fields.startsAt', startsAt);
  checkTime(v, 'fields.endsAt', endsAt);
  if (startsAt && endsAt) {
    v.check('fields.endsAt', !(endsAt <= startsAt), 'must be after the start');
    const lastsMs = endsAt.getTime() - startsAt.getTime();
    v.check('fields.endsAt', !(lastsMs > maxFlashSaleMs), 'must be at most 31 days after the start');
  }
  v.check('fields.rules', rules.length <= maxRules, `must be at most ${maxRules}`);
  if (rules.length <= maxRules)
    rules.forEach((rule, index) => void checkRule(v, `fields.rules[${index}]`, rule));
}

/** Fields that the check above has let pass. */
export function toFlashSaleFields(fields: FlashSaleFieldsMessage | undefined): FlashSaleFields {
  const { price, startsAt, endsAt } = fields ?? {};
  if (!fields || !price || !startsAt || !endsAt) throw new Error('The check lets no such fields pass.');
  const { name, goodsId, rules } = fields;
  return { name, goodsId, price, startsAt, endsAt, rules };
}

/** A rule that said nothing would let everybody in. */
function checkRule(v: Validator, field: string, { rule }: AccessRule): void {
  switch (rule?.$case) {
    case 'accountAge':
      v.integerBetween(`${field}.accountAge.minDays`, rule.value.minDays, 1, maxMinDays);
      break;
    case 'area':
      checkAreas(v, `${field}.area.areas`, rule.value.areas);
      break;
    case 'pastOrders':
      v.integerBetween(`${field}.pastOrders.minOrders`, rule.value.minOrders, 1, maxMinOrders);
      break;
    default:
      v.check(field, false, 'must be one of accountAge, area, pastOrders');
  }
}

function checkAreas(v: Validator, field: string, areas: readonly string[]): void {
  const isCountValid = areas.length >= 1 && areas.length <= maxAreas;
  v.check(field, isCountValid, `must hold 1 to ${maxAreas} areas`);
  if (isCountValid)
    areas.forEach((area, index) => void v.length(`${field}[${index}]`, area, 1, maxAreaChars));
}
