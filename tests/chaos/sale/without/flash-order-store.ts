import { findKnownTicket as find } from '@tiffin/order/data/flash-order-store';

export {
  isTicketOrdered,
  type KnownTicket,
  knownTicketSql,
  ticketOrderedSql,
} from '@tiffin/order/data/flash-order-store';

/** Sees only what is known of the event: an order of the same user is what the unique key would find. */
export const findKnownTicket: typeof find = async (...asked) => ({
  ...(await find(...asked)),
  orderedBy: undefined,
});
