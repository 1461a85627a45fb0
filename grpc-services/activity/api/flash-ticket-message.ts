import type { FlashSaleTicket } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import type { FlashTicket } from '../domain/flash-ticket.ts';

export function toTicketMessage({
  id,
  flashSaleId,
  userId,
  status,
  orderId,
  queuedAt,
}: FlashTicket): FlashSaleTicket {
  return { id, flashSaleId, userId, status: `FLASH_SALE_TICKET_STATUS_${status}`, orderId, queuedAt };
}
