import type { EntityManager } from '@mikro-orm/postgresql';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database } from '@tiffin/lib/engines/database';
import {
  type FlashTicket,
  type FlashTicketRow,
  type FlashTicketStatus,
  flashTicketColumns,
  type NewFlashTicket,
  toFlashTicket,
} from './flash-ticket.ts';
import { timestamp } from './timestamp.ts';

/** The ticket that the user has now, and whether it is the one that was given. */
export interface InsertedTicket {
  readonly isNew: boolean;
  readonly ticket: FlashTicket;
}

/**
 * Queues a user, once: where the user has a ticket of the flash sale, that one is the answer and stays as it is. Whoever
 * joins again after a lost answer may bring the same id, maybe at the same moment: the insert waits for a twin under way,
 * whichever of its keys they share, and the look behind it, a statement of its own, sees what the twin has committed.
 *
 * Undefined where the flash sale has another version than the caller knew: its end, its start or its price may be others.
 */
export async function insertTicket(
  em: EntityManager,
  ticket: NewFlashTicket,
  saleVersion: number,
): Promise<InsertedTicket | undefined> {
  const { id, flashSaleId, userId, addressId, queuedAt } = ticket;
  const [inserted] = await em.execute<FlashTicketRow[]>(
    `insert into activity.flash_sale_ticket (id, flash_sale_id, user_id, address_id, status, queued_at)
     select ?::bigint, sale.id, ?::bigint, ?::bigint, 'QUEUED', ?::timestamptz
     from activity.flash_sale as sale where sale.id = ? and sale.version = ?
     on conflict do nothing
     returning ${flashTicketColumns}`,
    [id, userId, addressId, timestamp(queuedAt.getTime()), flashSaleId, saleVersion],
  );
  if (inserted) return { isNew: true, ticket: toFlashTicket(inserted) };
  const [found] = await em.execute<FlashTicketRow[]>(
    `select ${flashTicketColumns} from activity.flash_sale_ticket where flash_sale_id = ? and user_id = ?`,
    [flashSaleId, userId],
  );
  return found && { isNew: false, ticket: toFlashTicket(found) };
}

/** The tickets that exist among the ids, in no order. */
export async function findTickets(database: Database, ids: readonly string[]): Promise<FlashTicket[]> {
  const sql = `select ${flashTicketColumns} from activity.flash_sale_ticket where id = any(?::bigint[])`;
  return (await database.query<FlashTicketRow>(sql, [bigintArray(ids)])).map(toFlashTicket);
}

/** The tickets that a user has of some flash sales, in no order. */
export async function findTicketsOf(
  database: Database,
  flashSaleIds: readonly string[],
  userId: string,
): Promise<FlashTicket[]> {
  const sql = `select ${flashTicketColumns} from activity.flash_sale_ticket
    where flash_sale_id = any(?::bigint[]) and user_id = ?`;
  return (await database.query<FlashTicketRow>(sql, [bigintArray(flashSaleIds), userId])).map(toFlashTicket);
}

/** The ids of the tickets that some users have of a flash sale, by user. */
export async function findTicketIds(
  database: Database,
  flashSaleId: string,
  userIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await database.query<{ user_id: string; id: string }>(
    'select user_id, id from activity.flash_sale_ticket where flash_sale_id = ? and user_id = any(?::bigint[])',
    [flashSaleId, bigintArray(userIds)],
  );
  return new Map(rows.map(({ user_id, id }) => [user_id, id]));
}

/** The tickets that exist of at most 100 pairs of a flash sale and a user: one statement. */
export async function findTicketIdsOfPairs(
  database: Database,
  pairs: readonly { readonly saleId: string; readonly userId: string }[],
): Promise<{ readonly saleId: string; readonly userId: string; readonly ticketId: string }[]> {
  return database.query(ticketIdsOfPairsSql, [
    bigintArray(pairs.map(({ saleId }) => saleId)),
    bigintArray(pairs.map(({ userId }) => userId)),
  ]);
}

/** Parameters: the flash sales, and as many users. */
export const ticketIdsOfPairsSql = `
  select flash_sale_id as "saleId", user_id as "userId", id as "ticketId" from activity.flash_sale_ticket
  where (flash_sale_id, user_id) in (select * from unnest(?::bigint[], ?::bigint[]))`;

/** Who has a ticket of a flash sale, whatever became of it: by user, from behind `afterUserId` on, `limit` at most. */
export async function joinedUsers(
  database: Database,
  flashSaleId: string,
  afterUserId: string | undefined,
  limit: number,
): Promise<{ readonly userId: string; readonly ticketId: string }[]> {
  return database.query(joinedUsersSql, [flashSaleId, afterUserId ?? '0', limit]);
}

/** Parameters: the flash sale, the last user of the page before, rows. */
export const joinedUsersSql = `
  select user_id as "userId", id as "ticketId" from activity.flash_sale_ticket
  where flash_sale_id = ? and user_id > ? order by user_id limit ?`;

/** Ends a ticket that waits, also for another try after one that came to nothing. Undefined where none does. */
export async function endWaitingTicket(
  em: EntityManager,
  id: string,
  status: Extract<FlashTicketStatus, 'SOLD_OUT' | 'REFUSED'>,
  atMs: number,
): Promise<FlashTicket | undefined> {
  const rows = await em.execute<FlashTicketRow[]>(
    `update activity.flash_sale_ticket set status = ?, ended_at = ?::timestamptz, order_id = null
     where id = ? and status in ('QUEUED', 'RETURNED') returning ${flashTicketColumns}`,
    [status, timestamp(atMs), id],
  );
  return rows.map(toFlashTicket)[0];
}

/** Refuses tickets that have waited since `beforeMs` or longer, the oldest first, at most `limit`; resolves to them. */
export async function refuseForgottenTickets(
  em: EntityManager,
  beforeMs: number,
  limit: number,
  atMs: number,
): Promise<FlashTicket[]> {
  const parameters = [timestamp(atMs), timestamp(beforeMs), limit];
  return (await em.execute<FlashTicketRow[]>(refuseForgottenSql, parameters)).map(toFlashTicket);
}

/** Since when the ticket waits that has waited longest, in epoch milliseconds; undefined where none does. */
export async function findOldestQueuedMs(database: Database): Promise<number | undefined> {
  const [row] = await database.query<{ queued_at_ms: number }>(oldestQueuedSql);
  return row?.queued_at_ms;
}

export const oldestQueuedSql = `
  select (extract(epoch from queued_at) * 1000)::float8 as queued_at_ms from activity.flash_sale_ticket
  where status = 'QUEUED' order by queued_at limit 1`;

/** Parameters: now, since when they have waited, rows. */
export const refuseForgottenSql = `
  update activity.flash_sale_ticket set status = 'REFUSED', ended_at = ?::timestamptz
  where status = 'QUEUED' and id = any(array(
    select id from activity.flash_sale_ticket where status = 'QUEUED' and queued_at <= ?::timestamptz
    order by queued_at limit ? for update skip locked))
  returning ${flashTicketColumns}`;
