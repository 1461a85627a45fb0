import type { Database } from '@tiffin/lib/engines/database';
import { stockBranch } from './stock-branch.ts';

/** What the goods, the ledger and the orders' branches say about the units of some goods, all at one moment. */
export interface StockBook {
  readonly goodsId: string;
  /** As the goods themselves say. */
  readonly goods: BookUnits;
  /** The sums of the ledger's entries. */
  readonly ledger: BookUnits;
  /** Sum of the ledger's adjustments: the units that ever came, less those taken away. */
  readonly initial: number;
  /** What the orders froze that are neither confirmed nor cancelled. */
  readonly frozenByOrders: number;
  /** The first entry that does not start from where the one before it ended. */
  readonly brokenEntryId: string | undefined;
}

export interface BookUnits {
  readonly available: number;
  readonly frozen: number;
  readonly sold: number;
}

/** A page of goods with long ledgers takes longer than what customers wait for. */
const maxStatementMs = 30_000;

/**
 * The books of at most `limit` goods behind `afterGoodsId`, by rising ids. One statement, so that all of it is seen at
 * the same moment: what moves meanwhile is in all of the sums or in none. It locks nothing.
 */
export async function readStockBooks(
  database: Pick<Database, 'transaction'>,
  afterGoodsId: string,
  limit: number,
): Promise<StockBook[]> {
  const rows = await database.transaction(async (em) => {
    await em.execute('set transaction read only');
    await em.execute(`set local statement_timeout = ${maxStatementMs}`);
    return em.execute<BookRow[]>(booksSql, [afterGoodsId, limit]);
  });
  return rows.map(toBook);
}

const booksSql = `
  with page as (
    select id, available, frozen, sold from goods.goods where id > ? order by id limit ?
  ), entry as (
    select stock_entry.*,
      balance_after = delta + lag(balance_after, 1, 0) over earlier
        and frozen_after = frozen_delta + lag(frozen_after, 1, 0) over earlier
        and sold_after = sold_delta + lag(sold_after, 1, 0::bigint) over earlier as follows
    from goods.stock_entry join page on page.id = goods_id
    window earlier as (partition by goods_id order by stock_entry.id)
  ), ledger as (
    select goods_id, sum(delta) as available, sum(frozen_delta) as frozen, sum(sold_delta) as sold,
      sum(delta) filter (where kind = 'ADJUST') as initial,
      min(id) filter (where not follows) as broken_entry_id
    from entry group by goods_id
  ), tried as (
    select goods_id, sum(-delta) as frozen
    from goods.tcc_branch
    join goods.stock_entry on order_id = transaction_id and kind = 'RESERVE'
    join page on page.id = goods_id
    where branch = '${stockBranch}' and state = 'TRIED'
    group by goods_id
  )
  select page.id, page.available, page.frozen, page.sold,
    coalesce(ledger.available, 0) as ledger_available, coalesce(ledger.frozen, 0) as ledger_frozen,
    coalesce(ledger.sold, 0) as ledger_sold, coalesce(initial, 0) as initial,
    coalesce(tried.frozen, 0) as frozen_by_orders, broken_entry_id
  from page
  left join ledger on ledger.goods_id = page.id
  left join tried on tried.goods_id = page.id
  order by page.id`;

type BookRow = { readonly id: string; readonly broken_entry_id: string | null } & {
  /** A bigint is text. */
  readonly [Column in
    | 'available'
    | 'frozen'
    | 'sold'
    | 'ledger_available'
    | 'ledger_frozen'
    | 'ledger_sold'
    | 'initial'
    | 'frozen_by_orders']: string | number;
};

function toBook(row: BookRow): StockBook {
  return {
    goodsId: row.id,
    goods: { available: Number(row.available), frozen: Number(row.frozen), sold: Number(row.sold) },
    ledger: {
      available: Number(row.ledger_available),
      frozen: Number(row.ledger_frozen),
      sold: Number(row.ledger_sold),
    },
    initial: Number(row.initial),
    frozenByOrders: Number(row.frozen_by_orders),
    brokenEntryId: row.broken_entry_id ?? undefined,
  };
}
