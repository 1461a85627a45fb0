import { present } from '@tiffin/lib/subgraph/present';
import {
  type FlashSaleTicket as FlashSaleTicketMessage,
  FlashSaleTicketStatus,
} from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import type { OrderLoaders } from '../loaders.ts';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const FlashSaleTicket: StrictResolvers['FlashSaleTicket'] = {
  // A unit is held for an order a moment before there is the order: whoever sees ORDERED can read and pay it. Where that
  // came to nothing the unit was given back, and is asked for again: who sees RETURNED has had an order.
  status: async (ticket, _args, { loaders }) => {
    const { ORDERED, RETURNED, QUEUED } = FlashSaleTicketStatus;
    if (ticket.status !== ORDERED && ticket.status !== RETURNED) return ticket.status;
    return (await orderOf(ticket, loaders)) ? ticket.status : QUEUED;
  },
  queuedAt: (ticket) => present(ticket.queuedAt, 'FlashSaleTicket.queuedAt'),
  flashSale: (ticket, _args, { loaders }) => loaders.flashSale.load(ticket.flashSaleId),
  order: (ticket, _args, { loaders }) => orderOf(ticket, loaders),
};

async function orderOf({ orderId }: FlashSaleTicketMessage, loaders: OrderLoaders) {
  return orderId === undefined ? undefined : loaders.order.load(orderId);
}
