import type { Validator } from '@tiffin/lib/errors/invalid-argument';
import {
  type CampaignFields as CampaignFieldsMessage,
  CampaignTrigger as CampaignTriggerMessage,
} from '@tiffin/proto/gen/tiffin/activity/v1/campaign_admin';
import {
  type CampaignFields,
  type CampaignTrigger,
  campaignCurrencies,
  maxCouponDays,
  maxCouponsOfCampaign,
  maxNameChars,
} from '../domain/campaign.ts';
import { checkTime } from './check-time.ts';

const triggers: ReadonlyMap<CampaignTriggerMessage, CampaignTrigger> = new Map([
  [CampaignTriggerMessage.ORDER_PAID, 'ORDER_PAID'],
  [CampaignTriggerMessage.MANUAL, 'MANUAL'],
]);

export function checkCampaignFields(v: Validator, fields: CampaignFieldsMessage | undefined): void {
  v.check('fields', fields !== undefined, 'must be given');
  if (!fields) return;
  const { name, trigger, discount, minimumTotal, startsAt, endsAt, couponDays, maxCoupons } = fields;
  v.length('fields.name', name, 1, maxNameChars);
  v.check('fields.trigger', triggers.has(trigger), `must be one of ${[...triggers.values()].join(', ')}`);
  v.money('fields.discount', discount, 1);
  if (discount) v.oneOf('fields.discount.currency', discount.currency, campaignCurrencies);
  v.money('fields.minimumTotal', minimumTotal);
  const isSameCurrency = minimumTotal?.currency === discount?.currency;
  v.check('fields.minimumTotal.currency', !minimumTotal || isSameCurrency, 'must be that of the discount');
  checkTime(v, 'fields.startsAt', startsAt);
  checkTime(v, 'fields.endsAt', endsAt);
  v.check('fields.endsAt', !startsAt || !endsAt || !(endsAt <= startsAt), 'must be after the start');
  v.integerBetween('fields.couponDays', couponDays, 1, maxCouponDays);
  v.integerBetween('fields.maxCoupons', maxCoupons, 1, maxCouponsOfCampaign);
}

/** Fields that the check above has let pass. */
export function toCampaignFields(fields: CampaignFieldsMessage | undefined): CampaignFields {
  const trigger = fields && triggers.get(fields.trigger);
  const { discount, minimumTotal, startsAt, endsAt } = fields ?? {};
  if (!fields || !trigger || !discount || !minimumTotal || !startsAt || !endsAt) {
    throw new Error('The check lets no such fields pass.');
  }
  const { name, couponDays, maxCoupons } = fields;
  return { name, trigger, discount, minimumTotal, startsAt, endsAt, couponDays, maxCoupons };
}
