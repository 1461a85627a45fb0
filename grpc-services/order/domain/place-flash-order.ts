import { isUniqueViolation } from '@tiffin/lib/engines/database-errors';
import { AppError } from '@tiffin/lib/errors/app-error';
import { liveTopic } from '@tiffin/lib/live/live-signals';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { FlashSaleTicketStatus } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import { findKnownTicket, isTicketOrdered } from '../data/flash-order-store.ts';
import { insertOrder } from '../data/order-store.ts';
import { scheduleClose } from './close-unpaid.ts';
import type { OrderDeps, Session } from './deps.ts';
import {
  attemptOf,
  lateTicketKind,
  placedWithinMs,
  refuseLateTicket,
  scheduleRefusal,
} from './late-ticket.ts';
import { type Money, newOrder, type Order } from './order.ts';
import { partsOf } from './participants.ts';
import { signalChanged } from './signal-changed.ts';

/** Somebody's place in the queue of a flash sale. */
export interface FlashJoin {
  readonly ticketId: string;
  readonly flashSaleId: string;
  readonly userId: string;
  readonly addressId: string;
  readonly shopId: string;
  readonly goodsId: string;
  readonly price: Money;
}

/** The event that tells of it, perhaps again. */
export interface HeardJoin {
  readonly consumer: string;
  readonly eventId: string;
  /** Epoch milliseconds. */
  readonly joinedMs: number;
}

type FlashDeps = Pick<
  OrderDeps,
  | 'clock'
  | 'logger'
  | 'database'
  | 'ids'
  | 'inbox'
  | 'accounts'
  | 'flashSales'
  | 'tickets'
  | 'transactions'
  | 'delayedTasks'
  | 'signals'
>;

/**
 * Creates the order of a ticket, or ends the ticket where there can be none: the stock in activity decides who gets a
 * unit, and a unique key here that nobody gets two. It comes to the same however often it is tried, by however many. A
 * throw says that it should be tried again; a ticket of which that comes to nothing is refused when its time is over.
 */
export async function placeFlashOrder(
  deps: FlashDeps,
  call: CallContext,
  heard: HeardJoin,
  join: FlashJoin,
): Promise<void> {
  try {
    await decideTicket(deps, call, heard, join);
  } catch (error) {
    // Where this fails too, the dead letter waits for somebody, and what it comes to then is a refusal.
    await scheduleRefusal(deps, join.ticketId, heard.joinedMs).catch((err: unknown) => {
      deps.logger.warn({ ticketId: join.ticketId, err }, 'refusal of a flash sale ticket not scheduled');
    });
    throw error;
  }
}

async function decideTicket(
  deps: FlashDeps,
  call: CallContext,
  heard: HeardJoin,
  join: FlashJoin,
): Promise<void> {
  const { ticketId } = join;
  const note = () => deps.inbox.once(heard.consumer, heard.eventId, async () => {}, call);
  const end = async (status: 'SOLD_OUT' | 'REFUSED') => {
    await deps.flashSales.endTicket({ ticketId, status: FlashSaleTicketStatus[status] }, call);
    await note();
  };
  const known = await findKnownTicket(deps.database, heard, join);
  if (known.isHandled || known.orderedBy === ticketId) return;
  if (known.orderedBy !== undefined) return end('REFUSED');
  if (deps.clock.now() >= heard.joinedMs + placedWithinMs) return refuseLateTicket(deps, call, ticketId);
  // An earlier try, whose process died, may hold the unit.
  await deps.transactions.abandonEarlier(attemptOf(ticketId), call);
  const address = await readOwnAddress(deps, call, join);
  if (!address) return end('REFUSED');
  const order = newOrder({
    ...(await orderedUnit(deps, join)),
    address,
    placedAt: new Date(deps.clock.now()),
  });
  const outcome = await create(deps, call, heard, join, order);
  // An order that somebody else made meanwhile may have been cancelled already: then it was not sold out.
  if (outcome === 'SOLD_OUT' && !(await isTicketOrdered(deps.database, ticketId))) return end('SOLD_OUT');
  if (outcome === 'CREATED') return;
  if (!(await isSettled(deps, call, heard, join))) throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
  await note();
}

/** As it is now: the order keeps it. */
async function readOwnAddress(
  { accounts }: Pick<OrderDeps, 'accounts'>,
  call: CallContext,
  { addressId, userId }: FlashJoin,
) {
  const { addresses } = await accounts.batchGetAddresses(
    { ids: [addressId] },
    { ...call, freshness: 'latest' },
  );
  const address = addresses[0]?.address;
  // This service is shown everybody's.
  if (!address?.lines || address.userId !== userId) return undefined;
  const { label, street, city, postalCode, area } = address.lines;
  return { label, street, city, postalCode, area };
}

/** One unit at the price of the flash sale: no coupon makes it cheaper, and no wallet pays. */
async function orderedUnit({ ids }: Pick<OrderDeps, 'ids'>, join: FlashJoin) {
  const { userId, shopId, goodsId, price, flashSaleId, ticketId } = join;
  const nothing = { amountCents: 0, currency: price.currency };
  return {
    id: String(await ids.nextId()),
    userId,
    shopId,
    items: [{ goodsId, quantity: 1, unitPrice: price }],
    total: price,
    couponId: undefined,
    discount: nothing,
    walletAmount: nothing,
    flashSale: { id: flashSaleId, ticketId },
  };
}

/** `ANOTHER`: the ticket's unit is held for another order, or the user has one. */
async function create(
  deps: FlashDeps,
  call: CallContext,
  heard: HeardJoin,
  { ticketId }: FlashJoin,
  order: Order,
): Promise<'CREATED' | 'SOLD_OUT' | 'ANOTHER'> {
  const { transactions } = deps;
  try {
    await transactions.begin(order.id, partsOf(order), call, attemptOf(ticketId));
  } catch (error) {
    if (AppError.is(error, 'SOLD_OUT')) return 'SOLD_OUT';
    if (AppError.is(error, 'ALREADY_JOINED')) return 'ANOTHER';
    throw error;
  }
  try {
    const write = async (em: Session) => {
      if (!(await transactions.prepare(em, order.id)))
        throw new AppError('UNAVAILABLE', { retryAfterMs: 100 });
      await insertOrder(em, order);
      await scheduleClose(deps, em, order);
      await deps.delayedTasks.cancel(em, lateTicketKind, ticketId);
    };
    if (await deps.inbox.once(heard.consumer, heard.eventId, write, call)) {
      signalChanged(deps, order.id);
      deps.signals.publish(liveTopic('flashSaleTicket', ticketId));
      return 'CREATED';
    }
  } catch (error) {
    // The commit may have come through although its answer was lost. Then it is prepared, and stays so.
    await transactions.abandon(order.id, call);
    if (isUniqueViolation(error)) return 'ANOTHER';
    throw error;
  }
  // Somebody else handled the event meanwhile.
  await transactions.abandon(order.id, call);
  return 'ANOTHER';
}

/**
 * Whether there is a reason not to create the order: another one, a ticket that has ended, or that the event was handled.
 * Else somebody is at the ticket right now, and what comes of that is not known.
 */
async function isSettled(
  deps: Pick<OrderDeps, 'database' | 'tickets'>,
  call: CallContext,
  heard: HeardJoin,
  join: FlashJoin,
): Promise<boolean> {
  const { isHandled, orderedBy } = await findKnownTicket(deps.database, heard, join);
  if (isHandled || orderedBy !== undefined) return true;
  const { tickets } = await deps.tickets.batchGetFlashSaleTickets({ ids: [join.ticketId] }, call);
  const status = tickets[0]?.ticket?.status;
  return status === FlashSaleTicketStatus.SOLD_OUT || status === FlashSaleTicketStatus.REFUSED;
}
