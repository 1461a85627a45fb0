import { demoId } from '@tiffin/lib/demo/demo-id';
import { demoNowMs } from '@tiffin/lib/demo/demo-now';
import type { Database } from '@tiffin/lib/engines/database';
import { fillEmptyTables } from '@tiffin/lib/engines/fill-empty-tables';
import { insertRows } from '@tiffin/lib/engines/insert-rows';
import { type Progress, pieceByPiece, silentProgress } from '@tiffin/lib/service/progress';
import { type Campaign, CampaignEntity, type CampaignTrigger, campaignColumnsOf } from './campaign-entity.ts';
import { type Coupon, CouponEntity, couponColumnsOf } from './coupon-entity.ts';

const dayMs = 86_400_000;
const startsAt = new Date(demoNowMs - 365 * dayMs);
/** Not by the days that their campaigns say: they are to be tried out in whatever year somebody does. */
const endsAt = new Date(Date.UTC(2100, 0, 1));
/** The one to log in as. */
const customerNo = 1;

interface DemoCampaign {
  readonly name: string;
  readonly trigger: CampaignTrigger;
  readonly discountCents: number;
  readonly minimumTotalCents: number;
  /** Days before the demo data end, one for each coupon of the demo customer. */
  readonly grantedDaysAgo: readonly number[];
}

const demoCampaignList: readonly DemoCampaign[] = [
  {
    name: 'Thank you for your order',
    trigger: 'ORDER_PAID',
    discountCents: 150,
    minimumTotalCents: 1_200,
    grantedDaysAgo: [9, 2],
  },
  {
    name: 'Welcome to Tiffin',
    trigger: 'MANUAL',
    discountCents: 500,
    minimumTotalCents: 2_000,
    grantedDaysAgo: [60, 30, 1],
  },
];

/**
 * Fills empty tables with two campaigns that run and with coupons of the demo customer. All or nothing; tables that hold
 * anything are left alone. True where it filled them.
 */
export function insertDemoData(database: Database, progress: Progress = silentProgress): Promise<boolean> {
  return fillEmptyTables(database, ['activity.campaign', 'activity.coupon'], async (em) => {
    const campaigns = demoCampaigns();
    const coupons = demoCoupons();
    const inserted = pieceByPiece(progress, campaigns.length + coupons.length);
    await insertRows(em, CampaignEntity, campaigns.map(campaignColumnsOf), inserted);
    await insertRows(em, CouponEntity, coupons.map(couponColumnsOf), inserted);
  });
}

export function demoCampaigns(): Campaign[] {
  return demoCampaignList.map(
    ({ name, trigger, discountCents, minimumTotalCents, grantedDaysAgo }, index): Campaign => ({
      id: String(demoId('campaign', index + 1)),
      name,
      trigger,
      discount: { amountCents: discountCents, currency: 'EUR' },
      minimumTotal: { amountCents: minimumTotalCents, currency: 'EUR' },
      startsAt,
      endsAt,
      couponDays: 30,
      maxCoupons: 100_000,
      grantedCoupons: grantedDaysAgo.length,
      version: 1,
    }),
  );
}

/** Numbered in the order of their grants: newest first by id is newest first by time. */
export function demoCoupons(): Coupon[] {
  const campaigns = demoCampaigns();
  return demoCampaignList
    .flatMap(({ grantedDaysAgo }, index) =>
      grantedDaysAgo.map((daysAgo) => ({ daysAgo, campaign: campaigns[index] })),
    )
    .toSorted((one, other) => other.daysAgo - one.daysAgo)
    .map(({ daysAgo, campaign }, index): Coupon => {
      if (!campaign) throw new Error('Each list has a campaign of its own.');
      const { id: campaignId, name, discount, minimumTotal } = campaign;
      return {
        id: String(demoId('coupon', index + 1)),
        userId: String(demoId('user', customerNo)),
        campaignId,
        name,
        status: 'AVAILABLE',
        discount,
        minimumTotal,
        grantedAt: new Date(demoNowMs - daysAgo * dayMs),
        expiresAt: endsAt,
      };
    });
}
