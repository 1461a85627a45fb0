import type { Finding } from '@tiffin/lib/audit/finding';
import type { AuditedTables } from '@tiffin/lib/audit/read-page';
import { sweepRows } from '@tiffin/lib/audit/sweep-rows';
import type { TransactionState } from '@tiffin/lib/tcc/transaction-rows';
import {
  type OrderBook,
  readOrderBooks,
  readTransactionBooks,
  type TransactionBook,
} from '../data/audit-orders.ts';
import type { OrderDeps } from './deps.ts';
import { type Order, payableMs } from './order.ts';

/** An order is closed so long after its time at the latest. */
const closesWithinMs = 5 * 60_000;

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
 * Compares all transactions with their orders, and all orders with their transactions, with what is told of them and
 * with the time.
 */
export async function* auditOrders(
  { database, clock }: { readonly database: AuditedTables } & Pick<OrderDeps, 'clock'>,
  signal?: AbortSignal,
): AsyncGenerator<readonly Finding[]> {
  yield* sweepRows(
    (after: TransactionBook | undefined) => readTransactionBooks(database, after?.id ?? '0', signal),
    transactionFindings,
  );
  yield* sweepRows(
    (after: OrderBook | undefined) => readOrderBooks(database, after?.orderId ?? '0', signal),
    (book) => orderFindings(book, clock.now()),
  );
}

/** Where it is not prepared the order's own row tells more, and none at all is what one leaves that was cancelled. */
function transactionFindings({ id, state, orderStatus }: TransactionBook): Finding[] {
  if (state !== 'PREPARED' || orderStatus === 'CREATED') return [];
  return [
    { unit: `transaction ${id}`, problem: `is PREPARED, and its order is ${orderStatus ?? 'missing'}` },
  ];
}

function orderFindings({ orderId, status, version, ...book }: OrderBook, nowMs: number): Finding[] {
  const { transaction, lastStep, steps } = book;
  // Ended transactions are forgotten some time, and demo orders never had one; an unpaid order always has its own.
  const isHeldRight = transaction ? standsFor[status].includes(transaction) : status !== 'CREATED';
  const isToldRight = lastStep?.status === status && lastStep.version === version && steps === version;
  const isLate =
    status === 'CREATED' && book.placedMs + payableMs(book.isOfFlashSale) + closesWithinMs < nowMs;
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
