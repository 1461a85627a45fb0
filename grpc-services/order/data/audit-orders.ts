import { type AuditedTables, readPage } from '@tiffin/lib/audit/read-page';
import { ROWS_OF_PAGE } from '@tiffin/lib/audit/sweep-rows';
import type { TransactionState } from '@tiffin/lib/tcc/transaction-rows';
import type { OrderStatus } from './order-entity.ts';

/** What an order, its transaction and its steps say, all at one moment. */
export interface OrderBook {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly version: number;
  readonly placedMs: number;
  readonly isOfFlashSale: boolean;
  /** Undefined where there is none: it was forgotten long after its end, or never was. */
  readonly transaction: TransactionState | undefined;
  readonly steps: number;
  readonly lastStep: { readonly status: OrderStatus; readonly version: number } | undefined;
}

/** A transaction, and the order it belongs to. */
export interface TransactionBook {
  readonly id: string;
  readonly state: TransactionState;
  /** Null where there is no such order. */
  readonly orderStatus: OrderStatus | null;
}

export async function readOrderBooks(
  database: AuditedTables,
  afterOrderId: string,
  signal: AbortSignal | undefined,
): Promise<OrderBook[]> {
  const rows = await readPage<BookRow>(database, orderBooksSql, [afterOrderId, ROWS_OF_PAGE], signal);
  return rows.map(toBook);
}

export function readTransactionBooks(
  database: AuditedTables,
  afterId: string,
  signal: AbortSignal | undefined,
): Promise<TransactionBook[]> {
  return readPage<TransactionBook>(database, transactionBooksSql, [afterId, ROWS_OF_PAGE], signal);
}

// A step without a version is one that the order had passed already.
// Subqueries that cannot be made into joins: a join may be done by reading a whole table, however small the page is.
/** Parameters: the last order of the page before, rows. */
export const orderBooksSql = `
  select page.id, page.status, page.version, (extract(epoch from page.placed_at) * 1000)::float8 as placed_ms,
    page.is_of_flash_sale,
    (select state from "order".tcc_transaction where id = page.id) as transaction_state,
    step.steps, step.last_version, step.last_status
  from (select id, status, version, placed_at, flash_sale_id is not null as is_of_flash_sale
    from "order"."order" where id > ? order by id limit ?) as page
  cross join lateral (
    select count(*)::integer as steps, max(version) as last_version,
      (array_agg(status order by version desc))[1] as last_status
    from "order".order_step where order_id = page.id and version is not null
  ) as step
  order by page.id`;

/** Parameters: the last transaction of the page before, rows. */
export const transactionBooksSql = `
  select id, state, (select status from "order"."order" where id = page.id) as "orderStatus"
  from (select id, state from "order".tcc_transaction where id > ? order by id limit ?) as page
  order by id`;

interface BookRow {
  readonly id: string;
  readonly status: OrderStatus;
  readonly version: number;
  readonly placed_ms: number;
  readonly is_of_flash_sale: boolean;
  readonly transaction_state: TransactionState | null;
  readonly steps: number;
  readonly last_version: number | null;
  readonly last_status: OrderStatus | null;
}

function toBook(book: BookRow): OrderBook {
  const { id, placed_ms, is_of_flash_sale, transaction_state, last_version, last_status, ...row } = book;
  return {
    ...row,
    orderId: String(id),
    placedMs: Number(placed_ms),
    isOfFlashSale: is_of_flash_sale,
    transaction: transaction_state ?? undefined,
    lastStep: last_version && last_status ? { version: last_version, status: last_status } : undefined,
  };
}
