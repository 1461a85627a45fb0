import { type AuditedTables, readPage } from '@tiffin/lib/audit/read-page';
import { ROWS_OF_PAGE } from '@tiffin/lib/audit/sweep-rows';
import type { BranchState } from '@tiffin/lib/tcc/branch-rows';
import { flashSaleBranch } from './flash-sale-branch.ts';
import type { FlashTicketStatus } from './flash-ticket.ts';

/** What a flash sale, the newest entry of its ledger and its tickets say of its units, at one moment. */
export interface FlashSaleBook {
  readonly id: string;
  readonly left: number;
  readonly reserved: number;
  readonly sold: number;
  readonly ledgerLeft: number;
  readonly ledgerReserved: number;
  readonly ledgerSold: number;
  /** Tickets that are ORDERED, and that are SOLD. */
  readonly ordered: number;
  readonly bought: number;
}

/** An entry of the ledger, and what stands beside it at the same moment. */
export interface UnitEntryBook {
  readonly id: string;
  readonly flashSaleId: string;
  /** Whether it starts from where the entry of this flash sale before it ended; the first one from nothing. */
  readonly follows: boolean;
  /** Whether it moves a unit only, or is an adjustment, which alone brings some and takes some away. */
  readonly keepsStock: boolean;
  /** Of a claim: its order, else null. */
  readonly orderId: string | null;
  /** What the entries of that order leave reserved. */
  readonly reserved: number;
  /** Null where there is none: it ended long ago and was forgotten, or never was. */
  readonly branch: BranchState | null;
}

/** A ticket that an order claimed, and the order's branch. */
export interface TicketBook {
  readonly id: string;
  readonly status: FlashTicketStatus;
  readonly orderId: string | null;
  readonly branch: BranchState | null;
}

/** The claim of an order, and the ticket that names the order. */
export interface ClaimBook {
  readonly orderId: string;
  readonly state: BranchState;
  readonly status: FlashTicketStatus | null;
}

/** Units that the flash sales of a page have given away together: a few milliseconds of an index. */
const COUNTED_OF_PAGE = 20_000;

/** At least one, and no more behind the one with which there are enough tickets to count. */
export function readFlashSaleBooks(
  database: AuditedTables,
  afterId: string,
  signal: AbortSignal | undefined,
) {
  const parameters = [afterId, ROWS_OF_PAGE, COUNTED_OF_PAGE];
  return readPage<FlashSaleBook>(database, flashSaleBooksSql, parameters, signal);
}

export function readUnitEntries(database: AuditedTables, afterId: string, signal: AbortSignal | undefined) {
  return readPage<UnitEntryBook>(database, unitEntriesSql, [afterId, ROWS_OF_PAGE], signal);
}

export function readTicketBooks(database: AuditedTables, afterId: string, signal: AbortSignal | undefined) {
  return readPage<TicketBook>(database, ticketBooksSql, [afterId, ROWS_OF_PAGE], signal);
}

export function readClaims(database: AuditedTables, afterOrderId: string, signal: AbortSignal | undefined) {
  return readPage<ClaimBook>(database, claimsSql, [afterOrderId, ROWS_OF_PAGE], signal);
}

// Subqueries that cannot be made into joins: a join may be done by reading a whole table, however small the page is.
/** Parameters: the last flash sale of the page before, rows, units. */
export const flashSaleBooksSql = `
  select page.id, page.left_units as left, page.reserved, page.sold,
    coalesce(newest.left_after, 0) as "ledgerLeft", coalesce(newest.reserved_after, 0) as "ledgerReserved",
    coalesce(newest.sold_after, 0) as "ledgerSold", tickets.ordered, tickets.bought
  from (
    select id, left_units, reserved, sold, sum(reserved + sold) over (order by id) as running
    from (select * from activity.flash_sale where id > ? order by id limit ?) as next
  ) as page
  left join lateral (
    select left_after, reserved_after, sold_after from activity.flash_sale_stock_entry
    where flash_sale_id = page.id order by id desc limit 1
  ) as newest on true
  cross join lateral (
    select count(*) filter (where status = 'ORDERED')::integer as ordered,
      count(*) filter (where status = 'SOLD')::integer as bought
    from activity.flash_sale_ticket where flash_sale_id = page.id
  ) as tickets
  where page.running - page.reserved - page.sold < ?
  order by page.id`;

/** Parameters: the last entry of the page before, rows. */
export const unitEntriesSql = `
  select page.id, page.flash_sale_id as "flashSaleId",
    page.left_after = page.left_delta + coalesce(earlier.left_after, 0)
      and page.reserved_after = page.reserved_delta + coalesce(earlier.reserved_after, 0)
      and page.sold_after = page.sold_delta + coalesce(earlier.sold_after, 0) as follows,
    page.kind = 'ADJUST' or page.left_delta + page.reserved_delta + page.sold_delta = 0 as "keepsStock",
    case page.kind when 'CLAIM' then page.order_id end as "orderId",
    (select coalesce(sum(reserved_delta), 0)::integer from activity.flash_sale_stock_entry
     where order_id = page.order_id) as reserved,
    (select state from activity.tcc_branch
     where transaction_id = page.order_id and branch = '${flashSaleBranch}') as branch
  from (select * from activity.flash_sale_stock_entry where id > ? order by id limit ?) as page
  left join lateral (
    select left_after, reserved_after, sold_after from activity.flash_sale_stock_entry
    where flash_sale_id = page.flash_sale_id and id < page.id order by id desc limit 1
  ) as earlier on true
  order by page.id`;

/** Parameters: the last ticket of the page before, rows. */
export const ticketBooksSql = `
  select id, status, order_id as "orderId", (
      select state from activity.tcc_branch where transaction_id = order_id and branch = '${flashSaleBranch}'
    ) as branch
  from (select id, status, order_id from activity.flash_sale_ticket where id > ? order by id limit ?) as page
  order by id`;

/** Parameters: the last order of the page before, rows. */
export const claimsSql = `
  select transaction_id as "orderId", state, (
      select status from activity.flash_sale_ticket where order_id = transaction_id
    ) as status
  from (
    select transaction_id, state from activity.tcc_branch
    where transaction_id > ? and branch = '${flashSaleBranch}' order by transaction_id limit ?
  ) as page
  order by transaction_id`;
