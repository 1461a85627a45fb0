export type FlashTicketStatus = 'QUEUED' | 'ORDERED' | 'SOLD' | 'SOLD_OUT' | 'RETURNED' | 'REFUSED';

/** A user's place in the queue of a flash sale: one for each user, for ever. */
export interface FlashTicket {
  /** Decimal text, as all ids. */
  readonly id: string;
  readonly flashSaleId: string;
  readonly userId: string;
  readonly addressId: string;
  readonly status: FlashTicketStatus;
  /** The last order that claimed its unit; none while it is QUEUED, SOLD_OUT or REFUSED. */
  readonly orderId: string | undefined;
  readonly queuedAt: Date;
}

/** One that is new. */
export type NewFlashTicket = Pick<FlashTicket, 'id' | 'flashSaleId' | 'userId' | 'addressId' | 'queuedAt'>;

export const flashTicketColumns = `
  id, flash_sale_id, user_id, address_id, status, order_id,
  (extract(epoch from queued_at) * 1000)::float8 as queued_at_ms`;

/** As both engines answer: a bigint is text. */
export interface FlashTicketRow {
  readonly id: string;
  readonly flash_sale_id: string;
  readonly user_id: string;
  readonly address_id: string;
  readonly status: FlashTicketStatus;
  readonly order_id: string | null;
  readonly queued_at_ms: number;
}

export function toFlashTicket(row: FlashTicketRow): FlashTicket {
  return {
    id: row.id,
    flashSaleId: row.flash_sale_id,
    userId: row.user_id,
    addressId: row.address_id,
    status: row.status,
    orderId: row.order_id ?? undefined,
    queuedAt: new Date(row.queued_at_ms),
  };
}
