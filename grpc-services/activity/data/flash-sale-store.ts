import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import type { FlashSale } from './flash-sale.ts';
import { type FlashSaleRow, flashSaleColumns, toFlashSale } from './flash-sale-row.ts';
import { storeRules } from './rules-column.ts';
import { timestamp } from './timestamp.ts';

/** What of a flash sale's stock is spoken for, at one moment. */
export interface FlashSaleStanding {
  readonly id: string;
  /** Units that nobody has claimed. */
  readonly left: number;
  /** Tickets that no claim has decided yet, each of which was promised one of these units. */
  readonly queued: number;
}

/** A flash sale in the order of their starts. */
export interface FlashSalePosition {
  /** Epoch milliseconds. */
  readonly startsAtMs: number;
  readonly id: string;
}

/** The flash sales that exist among the ids, in no order. */
export async function findFlashSales(database: Database, ids: readonly string[]): Promise<FlashSale[]> {
  const sql = `select ${flashSaleColumns} from activity.flash_sale where id = any(?::bigint[])`;
  return (await database.query<FlashSaleRow>(sql, [bigintArray(ids)])).map(toFlashSale);
}

/** Flash sales from the newest down, whether they are over or not: `maxItems` at most, behind the one with the id `after`. */
export async function findNewestFlashSales(
  database: Database,
  { after, maxItems }: { readonly after: string | undefined; readonly maxItems: number },
): Promise<FlashSale[]> {
  return (await database.query<FlashSaleRow>(newestFlashSalesSql, [after ?? null, maxItems])).map(
    toFlashSale,
  );
}

/** Parameters: the last flash sale of the page before or null, rows. */
export const newestFlashSalesSql = `
  select ${flashSaleColumns} from activity.flash_sale where id < coalesce(?::bigint, 9223372036854775807)
  order by id desc limit ?`;

/** Those that are not over at `nowMs`, by their start, then by id: `limit` at most, from behind `after` on. */
export async function findRunningAndUpcoming(
  database: Database,
  nowMs: number,
  limit: number,
  after?: FlashSalePosition,
): Promise<FlashSale[]> {
  const { sql, parameters } = runningAndUpcomingSql(nowMs, limit, after);
  return (await database.query<FlashSaleRow>(sql, parameters)).map(toFlashSale);
}

/** The statement of `findRunningAndUpcoming`. It passes by those that are over, however many there were, and sorts the few others. */
export function runningAndUpcomingSql(
  nowMs: number,
  limit: number,
  after: FlashSalePosition = { startsAtMs: 0, id: '0' },
): { sql: string; parameters: (string | number)[] } {
  return {
    sql: `
      select ${flashSaleColumns} from activity.flash_sale
      where ended_at is null and ends_at > ?::timestamptz and (starts_at, id) > (?::timestamptz, ?::bigint)
      order by starts_at, id limit ?`,
    parameters: [timestamp(nowMs), timestamp(after.startsAtMs), after.id, limit],
  };
}

/** Left units and queued tickets of some flash sales, all of one moment: a claim moves both, so neither counts twice. */
export async function findStandings(
  database: Database,
  ids: readonly string[],
): Promise<FlashSaleStanding[]> {
  return database.query<FlashSaleStanding & Record<string, unknown>>(standingsSql, [bigintArray(ids)]);
}

/** Parameter: ids. */
export const standingsSql = `
  select id, left_units as left, (
      select count(*)::integer from activity.flash_sale_ticket
      where flash_sale_id = flash_sale.id and status = 'QUEUED'
    ) as queued
  from activity.flash_sale where id = any(?::bigint[])`;

/**
 * The secret of a flash sale: 32 bytes or more, the same for everybody and for ever. Where there is none yet it is
 * `fresh`, unless another process was sooner. Undefined where there is no such flash sale.
 */
export async function secretOf(
  database: Database,
  flashSaleId: string,
  fresh: Uint8Array,
): Promise<Uint8Array | undefined> {
  const [known] = await database.query<{ secret: Uint8Array | null }>(
    'select secret from activity.flash_sale where id = ?',
    [flashSaleId],
  );
  if (!known || known.secret) return known?.secret ?? undefined;
  const [row] = await database.query<{ secret: Uint8Array }>(
    'update activity.flash_sale set secret = coalesce(secret, ?::bytea) where id = ? returning secret',
    [Buffer.from(fresh), flashSaleId],
  );
  return row?.secret;
}

/** Without stock: that comes by an entry of the ledger, as `moveUnits` writes it. */
export async function insertFlashSale(em: EntityManager, sale: FlashSale): Promise<void> {
  await em.execute(
    `insert into activity.flash_sale
       (id, name, shop_id, goods_id, price_cents, currency, starts_at, ends_at, rules, version, left_units, reserved, sold)
     values (?, ?, ?, ?, ?, ?, ?::timestamptz, ?::timestamptz, ?::jsonb, ?, 0, 0, 0)`,
    [sale.id, ...writtenColumns(sale)],
  );
}

/** The flash sale, which nobody else can change and of which nobody claims a unit until the transaction ends. */
export async function lockFlashSale(em: EntityManager, id: string): Promise<FlashSale | undefined> {
  const sql = `select ${flashSaleColumns} from activity.flash_sale where id = ? for no key update`;
  return (await em.execute<FlashSaleRow[]>(sql, [id])).map(toFlashSale)[0];
}

/** Writes what administrators change of a flash sale that the caller has locked; its stock it leaves alone. */
export async function saveFlashSale(em: EntityManager, sale: FlashSale): Promise<void> {
  await em.execute(
    `update activity.flash_sale
     set name = ?, shop_id = ?, goods_id = ?, price_cents = ?, currency = ?, starts_at = ?::timestamptz,
       ends_at = ?::timestamptz, rules = ?::jsonb, version = ?, ended_at = ?::timestamptz
     where id = ?`,
    [...writtenColumns(sale), sale.endedAt ? timestamp(sale.endedAt.getTime()) : null, sale.id],
  );
}

/** Deletes a flash sale that the caller has locked, and its ledger. False, and nothing is deleted, where it has tickets. */
export async function deleteUnjoinedFlashSale(em: EntityManager, id: string): Promise<boolean> {
  const [answer] = await em.execute<{ is_joined: boolean }[]>(
    'select exists (select from activity.flash_sale_ticket where flash_sale_id = ?) as is_joined',
    [id],
  );
  if (answer?.is_joined) return false;
  await em.execute('delete from activity.flash_sale_stock_entry where flash_sale_id = ?', [id]);
  await em.execute('delete from activity.flash_sale where id = ?', [id]);
  return true;
}

function writtenColumns(sale: FlashSale): unknown[] {
  return [
    ...[sale.name, sale.shopId, sale.goodsId, sale.price.amountCents, sale.price.currency],
    ...[timestamp(sale.startsAt.getTime()), timestamp(sale.endsAt.getTime())],
    ...[JSON.stringify(storeRules(sale.rules)), sale.version],
  ];
}
