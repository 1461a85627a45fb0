import type { TransactionState } from '@tiffin/lib/tcc/transaction-rows';
import {
  findLateEvents,
  findLateTransactions,
  type LateEvent,
  type LateTransaction,
  type OrderBook,
  readOrderBooks,
} from '../data/audit-orders.ts';
import { unpaidMs } from './close-unpaid.ts';
import type { OrderDeps } from './deps.ts';
import type { Order } from './order.ts';

/** Something that contradicts something else, or does not go on, for the auditor. */
export interface OrderFinding {
  /** `order 17`, `transaction 17` or `event 0b1c…`. */
  readonly unit: string;
  /** Completes the sentence that the unit begins. */
  readonly problem: string;
}

export const maxOrderFindings = 100;
/** Orders that one statement looks at. */
const ordersOfPage = 2_000;
/** An order is closed so long after its time at the latest. */
const closesWithinMs = 5 * 60_000;
/** Longer than participants are asked to hold something. */
const triesWithinMs = 60_000;
/** Participants that are not away follow a decision at once, and those that were away within half a minute. */
const endsWithinMs = 60_000;
/** Events are told at once, and again for some minutes where the broker is away. */
const toldWithinMs = 10 * 60_000;

/** Where the transaction of an order may stand. */
const standsFor: Readonly<Record<Order['status'], readonly TransactionState[]>> = {
  CREATED: ['PREPARED'],
  PAID: ['CONFIRMING', 'CONFIRMED', 'SETTLED'],
  ASSIGNED: ['CONFIRMING', 'CONFIRMED', 'SETTLED'],
  PICKED_UP: ['CONFIRMING', 'CONFIRMED', 'SETTLED'],
  DELIVERED: ['CONFIRMING', 'CONFIRMED', 'SETTLED'],
  COMPLETED: ['CONFIRMING', 'CONFIRMED', 'SETTLED'],
  CANCELLED: ['CANCELLING', 'CANCELLED', 'SETTLED'],
  CLOSED: ['CANCELLING', 'CANCELLED', 'SETTLED'],
};

/**
 * Compares all orders with their transactions and with what is told of them, and looks for what does not come to its
 * end. Only reads, and may run beside traffic. Resolves to at most `maxOrderFindings`; rejects with the signal's reason
 * between two pages.
 */
export async function auditOrders(
  {
    database,
    clock,
  }: { readonly database: Pick<OrderDeps['database'], 'transaction'> } & Pick<OrderDeps, 'clock'>,
  signal?: AbortSignal,
): Promise<OrderFinding[]> {
  signal?.throwIfAborted();
  const nowMs = clock.now();
  const bounds = { begunBeforeMs: nowMs - triesWithinMs, decidedBeforeMs: nowMs - endsWithinMs };
  const transactions = await findLateTransactions(database, bounds, maxOrderFindings);
  const events = await findLateEvents(database, nowMs - toldWithinMs, maxOrderFindings);
  const findings = [...transactions.map(transactionFinding), ...events.map(eventFinding)];
  let afterOrderId = '0';
  while (findings.length < maxOrderFindings) {
    signal?.throwIfAborted();
    const books = await readOrderBooks(database, afterOrderId, ordersOfPage);
    findings.push(...books.flatMap((book) => orderFindings(book, nowMs)));
    if (books.length < ordersOfPage) break;
    afterOrderId = books.at(-1)?.orderId ?? afterOrderId;
  }
  return findings.slice(0, maxOrderFindings);
}

function orderFindings({ orderId, status, version, ...book }: OrderBook, nowMs: number): OrderFinding[] {
  const { transaction, lastStep, steps } = book;
  // Ended transactions are forgotten some time, and demo orders never had one; an unpaid order always has its own.
  const isHeldRight = transaction ? standsFor[status].includes(transaction) : status !== 'CREATED';
  const isToldRight = lastStep?.status === status && lastStep.version === version && steps === version;
  const isLate = status === 'CREATED' && book.placedMs + unpaidMs + closesWithinMs < nowMs;
  const told = lastStep ? `${steps}, up to ${lastStep.status} of version ${lastStep.version}` : 'none';
  const problems = [
    !isHeldRight && `is ${status}, and its transaction is ${transaction ?? 'missing'}`,
    !isToldRight && `is ${status} in version ${version}, and its steps are ${told}`,
    isLate && 'was not paid in time, and is not closed',
  ];
  return problems
    .filter((problem) => problem !== false)
    .map((problem) => ({ unit: `order ${orderId}`, problem }));
}

function transactionFinding({ id, state, orderStatus, open, attempts }: LateTransaction): OrderFinding {
  const problem =
    state === 'PREPARED'
      ? `is PREPARED, and its order is ${orderStatus ?? 'missing'}`
      : state === 'TRYING'
        ? `is TRYING for more than ${triesWithinMs / 1_000} s`
        : `is ${state} after ${attempts} attempts, and does not end: ${open.join(', ')} did not follow`;
  return { unit: `transaction ${id}`, problem };
}

function eventFinding({ eventId, topic, isDead }: LateEvent): OrderFinding {
  const problem = isDead ? 'is a dead letter' : `waits for more than ${toldWithinMs / 60_000} min`;
  return { unit: `event ${eventId}`, problem: `of ${topic} ${problem}` };
}
