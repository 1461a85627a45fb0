import { AppError } from '@tiffin/lib/errors/app-error';
import type { Campaign } from '../data/campaign-entity.ts';

export type { Campaign, CampaignTrigger, Money } from '../data/campaign-entity.ts';

export const maxNameChars = 80;
export const maxCouponDays = 365;
export const maxCouponsOfCampaign = 1_000_000;
/** Times are written with four digits for the year. */
export const maxTimeMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** Those that wallets know: there is nothing to pay in another. */
export const campaignCurrencies: readonly string[] = ['CHF', 'EUR', 'GBP', 'USD'];

/** What administrators write about a campaign. */
export type CampaignFields = Omit<Campaign, 'id' | 'grantedCoupons' | 'version'>;

/** A campaign that has granted nothing yet. */
export function newCampaign(id: string, fields: CampaignFields): Campaign {
  return { ...fields, id, grantedCoupons: 0, version: 1 };
}

/**
 * The campaign after a change that rests on `version`.
 * @throws AppError VERSION_CONFLICT where the campaign has another version by now; INVALID_ARGUMENT where it has granted
 *   more coupons than it now may.
 */
export function changedCampaign(campaign: Campaign, version: number, fields: CampaignFields): Campaign {
  if (campaign.version !== version) {
    throw new AppError('VERSION_CONFLICT', { currentVersion: campaign.version });
  }
  if (fields.maxCoupons < campaign.grantedCoupons) {
    const expected = `must be at least ${campaign.grantedCoupons}, which are granted`;
    throw new AppError('INVALID_ARGUMENT', { violations: [{ field: 'fields.maxCoupons', expected }] });
  }
  return { ...campaign, ...fields, version: campaign.version + 1 };
}

/** The campaign granting nothing from now on; the very same campaign where it had ended. */
export function endedCampaign(campaign: Campaign, nowMs: number): Campaign {
  if (campaign.endsAt.getTime() <= nowMs) return campaign;
  return { ...campaign, endsAt: new Date(nowMs), version: campaign.version + 1 };
}
