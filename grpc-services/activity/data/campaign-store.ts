import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import { type Campaign, CampaignEntity, campaignColumnsOf } from './campaign-entity.ts';
import { type CampaignRow, campaignColumns, toCampaign } from './campaign-row.ts';
import { timestamp } from './timestamp.ts';

/** The campaigns that exist among the ids, in no order. */
export async function findCampaigns(database: Database, ids: readonly string[]): Promise<Campaign[]> {
  const sql = `select ${campaignColumns} from activity.campaign where id = any(?::bigint[])`;
  return (await database.query<CampaignRow>(sql, [bigintArray(ids)])).map(toCampaign);
}

/** Campaigns from the newest down, `maxItems` at most, behind the one with the id `after`. */
export async function findNewestCampaigns(
  database: Database,
  { after, maxItems }: { readonly after: string | undefined; readonly maxItems: number },
): Promise<Campaign[]> {
  const rows = await database.query<CampaignRow>(
    `select ${campaignColumns} from activity.campaign where id < coalesce(?::bigint, 9223372036854775807)
     order by id desc limit ?`,
    [after ?? null, maxItems],
  );
  return rows.map(toCampaign);
}

/** Which campaigns would grant the buyer of an order that was paid at `paidMs` a coupon, the oldest first. Locks nothing. */
export async function findGrantingCampaignIds(
  database: Database,
  paidMs: number,
  maxItems: number,
): Promise<string[]> {
  const { sql, parameters } = grantingCampaignsSql(paidMs, maxItems);
  return (await database.query<{ id: string }>(sql, parameters)).map(({ id }) => id);
}

/**
 * The statement of `findGrantingCampaignIds`: it passes by the campaigns that are over, however many there were, and finds
 * none for what was paid before the first migration of this schema.
 */
export function grantingCampaignsSql(
  paidMs: number,
  maxItems: number,
): { sql: string; parameters: (string | number)[] } {
  const paidAt = timestamp(paidMs);
  return {
    sql: `
      select id from activity.campaign
      where trigger = 'ORDER_PAID' and starts_at <= ?::timestamptz and ends_at > ?::timestamptz
        and granted_coupons < max_coupons
        and ?::timestamptz >= (select min(executed_at) from activity.migration)
      order by id limit ?`,
    parameters: [paidAt, paidAt, paidAt, maxItems],
  };
}

export async function insertCampaign(em: EntityManager, campaign: Campaign): Promise<void> {
  await em.insert(CampaignEntity, campaignColumnsOf(campaign));
}

/** The campaign, which nobody else can change and which grants nothing until the transaction ends. */
export async function lockCampaign(em: EntityManager, id: string): Promise<Campaign | undefined> {
  const sql = `select ${campaignColumns} from activity.campaign where id = ? for no key update`;
  return (await em.execute<CampaignRow[]>(sql, [id])).map(toCampaign)[0];
}

/** Writes what administrators change of a campaign that the caller has locked. */
export async function saveCampaign(em: EntityManager, campaign: Campaign): Promise<void> {
  await em.execute(
    `update activity.campaign
     set name = ?, trigger = ?, discount_cents = ?, minimum_total_cents = ?, currency = ?,
       starts_at = ?::timestamptz, ends_at = ?::timestamptz, coupon_days = ?, max_coupons = ?, version = ?
     where id = ?`,
    [
      ...[campaign.name, campaign.trigger],
      ...[campaign.discount.amountCents, campaign.minimumTotal.amountCents, campaign.discount.currency],
      ...[timestamp(campaign.startsAt.getTime()), timestamp(campaign.endsAt.getTime())],
      ...[campaign.couponDays, campaign.maxCoupons, campaign.version, campaign.id],
    ],
  );
}
