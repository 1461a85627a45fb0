import { type AuditedTables, readPage } from '@tiffin/lib/audit/read-page';
import { ROWS_OF_PAGE } from '@tiffin/lib/audit/sweep-rows';
import { fundsBranch } from './funds-branch.ts';

/** A transfer, and what its entries come to. */
export interface TransferBook {
  readonly id: string;
  readonly entries: number;
  readonly isBalanced: boolean;
}

/** A wallet, and where it differs from the ledger or from the orders that are open, all at one moment. */
export interface WalletBook {
  readonly userId: string;
  readonly currency: string;
  readonly isAvailableRight: boolean;
  readonly isHeldRight: boolean;
  readonly isHeldByOrders: boolean;
}

/** The branch of an order, and whether the order's transfers are those of its state. */
export interface BranchBook {
  readonly orderId: string;
  readonly isFitting: boolean;
}

/** Few: each is read with all that ever happened to it. */
export const WALLETS_OF_PAGE = 100;

export function readTransfers(database: AuditedTables, afterId: string, signal: AbortSignal | undefined) {
  return readPage<TransferBook>(database, transfersSql, [afterId, ROWS_OF_PAGE], signal);
}

export function readWallets(
  database: AuditedTables,
  { userId, currency }: Pick<WalletBook, 'userId' | 'currency'>,
  signal: AbortSignal | undefined,
) {
  return readPage<WalletBook>(database, walletsSql, [userId, currency, WALLETS_OF_PAGE], signal);
}

export function readBranches(database: AuditedTables, afterOrderId: string, signal: AbortSignal | undefined) {
  return readPage<BranchBook>(database, branchesSql, [afterOrderId, ROWS_OF_PAGE], signal);
}

// Aggregates in lateral subqueries cannot be made into joins: a join may be done by reading a whole table, however small
// the page is.
/** Parameters: the last transfer of the page before, rows. */
export const transfersSql = `
  select page.id, entries, is_balanced as "isBalanced"
  from (select id from account.ledger_transfer where id > ? order by id limit ?) as page
  cross join lateral (
    select count(*)::integer as entries, coalesce(sum(amount_cents), 0) = 0 as is_balanced
    from account.ledger_entry where transfer_id = page.id
  ) as booked
  order by page.id`;

/** Parameters: user and currency of the last wallet of the page before, rows. */
export const walletsSql = `
  select page.user_id as "userId", page.currency, page.available_cents = booked.available_cents as "isAvailableRight",
    page.held_cents = booked.held_cents as "isHeldRight", page.held_cents = booked.tried_cents as "isHeldByOrders"
  from (
    select user_id, currency, available_cents, held_cents from account.wallet_balance
    where (user_id, currency) > (?, ?) order by user_id, currency limit ?
  ) as page
  cross join lateral (
    select coalesce(sum(amount_cents) filter (where account = 'USER_AVAILABLE'), 0) as available_cents,
      coalesce(sum(amount_cents) filter (where account = 'USER_HELD'), 0) as held_cents,
      coalesce(sum(amount_cents) filter (where account = 'USER_HELD' and kind = 'HELD' and (
        select state from account.tcc_branch where transaction_id = transfer.order_id and branch = '${fundsBranch}'
      ) = 'TRIED'), 0) as tried_cents
    from account.ledger_transfer as transfer
    join account.ledger_entry as entry on entry.transfer_id = transfer.id
    where transfer.user_id = page.user_id and transfer.currency = page.currency
  ) as booked
  order by page.user_id, page.currency`;

// Branches that ended long ago are deleted, so orders without one say nothing.
/** Parameters: the last order of the page before, rows. */
export const branchesSql = `
  select page.transaction_id as "orderId", case state
      when 'TRIED' then kinds = 'HELD'
      when 'CONFIRMED' then kinds = 'CAPTURED HELD'
      else kinds in ('', 'HELD RELEASED')
    end as "isFitting"
  from (
    select transaction_id, state from account.tcc_branch
    where transaction_id > ? and branch = '${fundsBranch}' order by transaction_id limit ?
  ) as page
  cross join lateral (
    select coalesce(string_agg(kind, ' ' order by kind), '') as kinds
    from account.ledger_transfer where order_id = page.transaction_id
  ) as booked
  order by page.transaction_id`;
