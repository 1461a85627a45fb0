import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import type { Page } from '@tiffin/lib/paging/page';
import {
  type ParentPage,
  parentPagesParameters,
  parentPagesTable,
  toParentPages,
} from '@tiffin/lib/paging/parent-pages';
import type { Money, MovementKind } from './move-money.ts';

/** What a user has in one currency. */
export interface Balance {
  readonly userId: string;
  /** What can be spent. */
  readonly available: Money;
  /** What orders that are not paid yet hold. */
  readonly held: Money;
}

/** A transfer as its user sees it. */
export interface WalletEntry {
  /** That of the transfer. */
  readonly id: string;
  readonly kind: MovementKind;
  /** Above zero. */
  readonly amount: Money;
  /** Undefined for top-ups. */
  readonly orderId: string | undefined;
  readonly at: Date;
}

/** What an order took from whose wallet. */
export interface Hold {
  readonly userId: string;
  readonly amount: Money;
}

const balanceColumns = 'user_id, currency, available_cents, held_cents';

/** The balances of these users, those of each in the alphabetical order of the currencies. */
export async function findBalances(
  { query }: Pick<Database, 'query'>,
  userIds: readonly string[],
): Promise<Balance[]> {
  const rows = await query<BalanceRow>(
    `select ${balanceColumns} from account.wallet_balance where user_id = any(?::bigint[])
     order by user_id, currency collate "C"`,
    [bigintArray(userIds)],
  );
  return rows.map(toBalance);
}

/** The balances of one user, as the transaction sees them. */
export function findBalancesWithin(em: EntityManager, userId: string): Promise<Balance[]> {
  return findBalances({ query: (sql, parameters) => em.execute(sql, [...(parameters ?? [])]) }, [userId]);
}

/** Makes room for a currency in a user's wallet. Nothing happens where there is some, and where there is no such user. */
export async function openBalance(em: EntityManager, userId: string, currency: string): Promise<void> {
  await em.execute(
    `insert into account.wallet_balance (${balanceColumns})
     select id, ?::text, 0, 0 from account."user" where id = ?
     on conflict do nothing`,
    [currency, userId],
  );
}

/** Undefined where the order never took anything. */
export async function findHold(em: EntityManager, orderId: string): Promise<Hold | undefined> {
  const [row] = await em.execute<{ user_id: string; currency: string; amount_cents: string }[]>(
    `select user_id, currency, amount_cents
     from account.ledger_transfer as transfer
     join account.ledger_entry as entry on entry.transfer_id = transfer.id and entry.account = 'USER_HELD'
     where transfer.order_id = ? and transfer.kind = 'HELD'`,
    [orderId],
  );
  return row && { userId: row.user_id, amount: toMoney(row.amount_cents, row.currency) };
}

/** Pages of what moved in the wallets of several users, newest first, in one statement. */
export async function findWalletEntryPages(
  database: Database,
  pages: readonly ParentPage[],
): Promise<Page<WalletEntry>[]> {
  const { sql, parameters } = walletEntriesSql(pages);
  const rows = await database.query<EntryRow & { page_no: string }>(sql, parameters);
  return toParentPages(pages, rows, toEntry);
}

/** The statement of `findWalletEntryPages`: one descent into the user's index for each page, and no more rows than asked. */
export function walletEntriesSql(pages: readonly ParentPage[]): { sql: string; parameters: string[] } {
  return {
    // Of the two sides of a transfer, the one that gains has the amount.
    sql: `
      select page.page_no, found.*, (
        select max(entry.amount_cents) from account.ledger_entry as entry where entry.transfer_id = found.id
      ) as amount_cents
      from ${parentPagesTable}
      cross join lateral (
        select id, kind, currency, order_id, created_at from account.ledger_transfer as transfer
        where transfer.user_id = page.parent_id and transfer.id < page.after_id
        order by transfer.user_id, transfer.id desc
        limit page.max_items
      ) as found
      order by page.page_no, found.id desc`,
    parameters: parentPagesParameters(pages, 'falling ids'),
  };
}

interface BalanceRow {
  readonly user_id: string;
  readonly currency: string;
  /** A bigint is text. */
  readonly available_cents: string;
  readonly held_cents: string;
}

interface EntryRow {
  readonly id: string;
  readonly kind: MovementKind;
  readonly currency: string;
  readonly order_id: string | null;
  readonly created_at: string;
  readonly amount_cents: string;
}

function toBalance({ user_id, currency, available_cents, held_cents }: BalanceRow): Balance {
  return {
    userId: user_id,
    available: toMoney(available_cents, currency),
    held: toMoney(held_cents, currency),
  };
}

function toEntry({ id, kind, currency, order_id, created_at, amount_cents }: EntryRow): WalletEntry {
  return {
    id,
    kind,
    amount: toMoney(amount_cents, currency),
    orderId: order_id ?? undefined,
    at: new Date(created_at),
  };
}

/** Amounts fit a number: limits on top-ups keep them far below its exact range. */
function toMoney(cents: string, currency: string): Money {
  return { amountCents: Number(cents), currency };
}
