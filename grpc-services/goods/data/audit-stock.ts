import { type AuditedTables, readPage } from '@tiffin/lib/audit/read-page';
import { ROWS_OF_PAGE } from '@tiffin/lib/audit/sweep-rows';
import type { BranchState } from '@tiffin/lib/tcc/branch-rows';
import { stockBranch } from './stock-branch.ts';

/** What the goods and the ledger's newest entry say about the units of some goods, at one moment. */
export interface StockBook {
  readonly goodsId: string;
  /** As the goods themselves say. */
  readonly goods: BookUnits;
  /** After the newest entry. */
  readonly ledger: BookUnits;
}

export interface BookUnits {
  readonly available: number;
  readonly frozen: number;
  readonly sold: number;
}

/** An entry of the ledger, and what stands beside it at the same moment. */
export interface EntryBook {
  readonly entryId: string;
  readonly goodsId: string;
  /** Whether it starts from where the entry of these goods before it ended; the first one from nothing. */
  readonly follows: boolean;
  /** Whether it moves units only, or is an adjustment, which alone brings some and takes some away. */
  readonly keepsTotal: boolean;
  /** Of the order that it belongs to, at the order's first entry for these goods. */
  readonly order: OrderUnits | undefined;
}

/** What an order's entries say of one kind of goods. */
export interface OrderUnits {
  readonly orderId: string;
  /** What it froze, less what it sold or gave back. */
  readonly frozen: number;
  readonly reserved: number;
  /** Undefined where there is none: it ended long ago and was forgotten, or never was. */
  readonly branch: BranchState | undefined;
}

export async function readStockBooks(
  database: AuditedTables,
  afterGoodsId: string,
  signal: AbortSignal | undefined,
): Promise<StockBook[]> {
  const rows = await readPage<BookRow>(database, booksSql, [afterGoodsId, ROWS_OF_PAGE], signal);
  return rows.map((row) => ({
    goodsId: String(row.id),
    goods: { available: Number(row.available), frozen: Number(row.frozen), sold: Number(row.sold) },
    ledger: {
      available: Number(row.ledger_available),
      frozen: Number(row.ledger_frozen),
      sold: Number(row.ledger_sold),
    },
  }));
}

export async function readEntryBooks(
  database: AuditedTables,
  afterEntryId: string,
  signal: AbortSignal | undefined,
): Promise<EntryBook[]> {
  const rows = await readPage<EntryRow>(database, entriesSql, [afterEntryId, ROWS_OF_PAGE], signal);
  return rows.map((row) => ({
    entryId: String(row.id),
    goodsId: String(row.goods_id),
    follows: row.follows,
    keepsTotal: row.keeps_total,
    order: row.is_first_of_order ? toOrder(row) : undefined,
  }));
}

// Subqueries that cannot be made into joins: a join may be done by reading a whole table, however small the page is.
/** Parameters: the last goods of the page before, rows. */
export const booksSql = `
  select page.id, page.available, page.frozen, page.sold, coalesce(newest.balance_after, 0) as ledger_available,
    coalesce(newest.frozen_after, 0) as ledger_frozen, coalesce(newest.sold_after, 0) as ledger_sold
  from (select id, available, frozen, sold from goods.goods where id > ? order by id limit ?) as page
  left join lateral (
    select balance_after, frozen_after, sold_after from goods.stock_entry
    where goods_id = page.id order by id desc limit 1
  ) as newest on true
  order by page.id`;

/** Parameters: the last entry of the page before, rows. */
export const entriesSql = `
  select page.id, page.goods_id, page.order_id,
    page.balance_after = page.delta + coalesce(earlier.balance_after, 0)
      and page.frozen_after = page.frozen_delta + coalesce(earlier.frozen_after, 0)
      and page.sold_after = page.sold_delta + coalesce(earlier.sold_after, 0) as follows,
    page.kind = 'ADJUST' or page.delta + page.frozen_delta + page.sold_delta = 0 as keeps_total,
    coalesce(page.id = ordered.first_id, false) as is_first_of_order, ordered.frozen, ordered.reserved,
    (select state from goods.tcc_branch
     where transaction_id = page.order_id and branch = '${stockBranch}') as branch_state
  from (select * from goods.stock_entry where id > ? order by id limit ?) as page
  left join lateral (
    select balance_after, frozen_after, sold_after from goods.stock_entry
    where goods_id = page.goods_id and id < page.id order by id desc limit 1
  ) as earlier on true
  cross join lateral (
    select min(id) as first_id, coalesce(sum(frozen_delta), 0) as frozen,
      coalesce(sum(frozen_delta) filter (where kind = 'RESERVE'), 0) as reserved
    from goods.stock_entry where order_id = page.order_id and goods_id = page.goods_id
  ) as ordered
  order by page.id`;

type BookRow = { readonly id: string } & {
  /** A bigint is text. */
  readonly [Column in 'available' | 'frozen' | 'sold' | 'ledger_available' | 'ledger_frozen' | 'ledger_sold']:
    | string
    | number;
};

interface EntryRow {
  readonly id: string;
  readonly goods_id: string;
  readonly order_id: string | null;
  readonly follows: boolean;
  readonly keeps_total: boolean;
  readonly is_first_of_order: boolean;
  readonly frozen: string;
  readonly reserved: string;
  readonly branch_state: BranchState | null;
}

function toOrder({ order_id, frozen, reserved, branch_state }: EntryRow): OrderUnits {
  return {
    orderId: String(order_id),
    frozen: Number(frozen),
    reserved: Number(reserved),
    branch: branch_state ?? undefined,
  };
}
