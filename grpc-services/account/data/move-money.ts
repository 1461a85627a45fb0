import type { EntityManager } from '@mikro-orm/postgresql';
import { timestamp } from './timestamp.ts';

export interface Money {
  readonly amountCents: number;
  /** Three capital letters. */
  readonly currency: string;
}

/** From which account each kind of movement takes money, and which one gains it. */
export const movements = {
  TOPPED_UP: { from: 'SANDBOX_FUNDING', to: 'USER_AVAILABLE' },
  HELD: { from: 'USER_AVAILABLE', to: 'USER_HELD' },
  CAPTURED: { from: 'USER_HELD', to: 'ORDER_REVENUE' },
  RELEASED: { from: 'USER_HELD', to: 'USER_AVAILABLE' },
} as const;

export type MovementKind = keyof typeof movements;

export interface Transfer {
  readonly id: string;
  readonly kind: MovementKind;
  readonly userId: string;
  /** Above zero. */
  readonly amount: Money;
  /** Undefined for top-ups. */
  readonly orderId: string | undefined;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

/**
 * Moves money: changes the user's balance and writes both sides of the transfer into the ledger, in one statement. All
 * that is ever booked while the platform runs is booked here. The balance's row is locked from here to the commit:
 * little should follow. False where an account of the user's would fall below zero, where both together would come
 * above `maxCents`, and where the user has no balance in the currency; then nothing happens.
 *
 * A wallet that is short at first sight is not even locked. One that runs short during the wait for its lock drops out,
 * because PostgreSQL checks the condition again on the row as it is then.
 */
export async function moveMoney(
  em: EntityManager,
  { id, kind, userId, amount, orderId, atMs }: Transfer,
  maxCents = Number.MAX_SAFE_INTEGER,
): Promise<boolean> {
  const { from, to } = movements[kind];
  const { amountCents, currency } = amount;
  const gainOf = (account: string) => amountCents * (Number(to === account) - Number(from === account));
  const [available, held] = [gainOf('USER_AVAILABLE'), gainOf('USER_HELD')];
  const rows = await em.execute<unknown[]>(
    `with moved as (
       update account.wallet_balance
       set available_cents = available_cents + ?, held_cents = held_cents + ?
       where user_id = ? and currency = ? and available_cents + ? >= 0 and held_cents + ? >= 0
         and available_cents + held_cents + ? <= ?
       returning user_id, currency
     ), transfer as (
       insert into account.ledger_transfer (id, kind, user_id, currency, order_id, created_at)
       select ?::bigint, ?::text, user_id, currency, ?::bigint, ?::timestamptz from moved
       returning id
     ), entry as (
       insert into account.ledger_entry (transfer_id, account, amount_cents)
       select transfer.id, side.account, side.amount_cents
       from transfer, (values (?::text, ?::bigint), (?, ?)) as side (account, amount_cents)
     )
     select from transfer`,
    [
      ...[available, held, userId, currency, available, held, available + held, maxCents],
      ...[id, kind, orderId ?? null, timestamp(atMs)],
      ...[from, -amountCents, to, amountCents],
    ],
  );
  return rows.length > 0;
}
