import { AppError } from '@tiffin/lib/errors/app-error';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import {
  type ClaimUnitRequest,
  type EndTicketRequest,
  FlashSaleTicket,
  FlashSaleTicketStatus,
} from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { memoryParticipant } from './memory-participant.ts';

type TicketStatus = 'QUEUED' | 'ORDERED' | 'SOLD' | 'SOLD_OUT' | 'RETURNED' | 'REFUSED';

/** The stock of one flash sale in memory, with the answers of the activity service. */
export class FakeFlashSales {
  left = 0;
  /** Order → ticket. */
  readonly held = new Map<string, string>();
  /** Order → ticket. */
  readonly sold = new Map<string, string>();
  /** By ticket. */
  readonly tickets = new Map<string, TicketStatus>();
  readonly #branches = memoryParticipant('flash sale');

  claimUnit = ({ orderId, ticketId }: ClaimUnitRequest, context: CallContext) =>
    this.#branches.try(orderId, context, () => {
      const status = this.tickets.get(ticketId);
      // A try that came to nothing does not keep the ticket from the next one.
      if (status !== 'QUEUED' && status !== 'RETURNED') {
        throw new AppError('ALREADY_JOINED', { ticketId });
      }
      if (this.left < 1) throw new AppError('SOLD_OUT', { flashSaleId: '1' });
      this.left--;
      this.held.set(orderId, ticketId);
      this.tickets.set(ticketId, 'ORDERED');
    });

  sellUnit = ({ orderId }: { orderId: string }, context: CallContext) =>
    this.#branches.confirm(orderId, context, () => {
      const ticketId = this.#letGo(orderId);
      this.sold.set(orderId, ticketId);
      this.tickets.set(ticketId, 'SOLD');
    });

  returnUnit = ({ orderId }: { orderId: string }, context: CallContext) =>
    this.#branches.cancel(orderId, context, () => {
      // One of a flash sale before, which tests have forgotten.
      if (!this.held.has(orderId)) return;
      this.tickets.set(this.#letGo(orderId), 'RETURNED');
      this.left++;
    });

  batchGetFlashSaleTickets = async ({ ids }: { ids: string[] }, _context: CallContext) => ({
    tickets: ids.map((id) => {
      const status = this.tickets.get(id);
      return { ticket: status && FlashSaleTicket.fromPartial({ id, status: FlashSaleTicketStatus[status] }) };
    }),
  });

  endTicket = async ({ ticketId, status: end }: EndTicketRequest, { identity }: CallContext) => {
    if (identity.kind !== 'service') throw new AppError('FORBIDDEN', {});
    const ended = end.replace('FLASH_SALE_TICKET_STATUS_', '') as TicketStatus;
    const status = this.tickets.get(ticketId);
    if (status === 'QUEUED' || status === 'RETURNED') this.tickets.set(ticketId, ended);
    return {};
  };

  #letGo(orderId: string): string {
    const ticketId = this.held.get(orderId) ?? '';
    this.held.delete(orderId);
    return ticketId;
  }
}
