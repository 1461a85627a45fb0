import type { FlashSale } from './flash-sale.ts';
import { readRules, type StoredRule } from './rules-column.ts';

export const flashSaleColumns = `
  id, name, shop_id, goods_id, price_cents, currency, rules, version, left_units, reserved, sold,
  (extract(epoch from starts_at) * 1000)::float8 as starts_at_ms,
  (extract(epoch from ends_at) * 1000)::float8 as ends_at_ms,
  (extract(epoch from ended_at) * 1000)::float8 as ended_at_ms`;

/** As both engines answer: a bigint is text. */
export interface FlashSaleRow {
  readonly id: string;
  readonly name: string;
  readonly shop_id: string;
  readonly goods_id: string;
  readonly price_cents: string;
  readonly currency: string;
  readonly rules: readonly StoredRule[];
  readonly version: number;
  readonly left_units: number;
  readonly reserved: number;
  readonly sold: number;
  readonly starts_at_ms: number;
  readonly ends_at_ms: number;
  readonly ended_at_ms: number | null;
}

export function toFlashSale(row: FlashSaleRow): FlashSale {
  return {
    id: row.id,
    name: row.name,
    shopId: row.shop_id,
    goodsId: row.goods_id,
    price: { amountCents: Number(row.price_cents), currency: row.currency },
    startsAt: new Date(row.starts_at_ms),
    endsAt: new Date(row.ends_at_ms),
    endedAt: row.ended_at_ms === null ? undefined : new Date(row.ended_at_ms),
    rules: readRules(row.rules),
    version: row.version,
    left: row.left_units,
    reserved: row.reserved,
    sold: row.sold,
  };
}
