import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findOrders } from '../data/order-store.ts';
import type { OrderDeps, Session } from './deps.ts';
import { closedOrder, type Order, payableMs } from './order.ts';
import { saveChange } from './save-change.ts';
import { signalChanged } from './signal-changed.ts';

/** How long an ordinary order waits for its payment. */
export const unpaidMs = payableMs(false);

/** By this name it stands among the delayed tasks, for ever: those of yesterday bear it. */
export const closeUnpaidKind = 'close-unpaid';

/** Has an order closed when its time is over, in the transaction that creates it. */
export function scheduleClose(
  { delayedTasks }: Pick<OrderDeps, 'delayedTasks'>,
  em: Session,
  { id, placedAt, flashSale }: Order,
): Promise<void> {
  return delayedTasks.schedule(em, {
    kind: closeUnpaidKind,
    key: id,
    dueMs: placedAt.getTime() + payableMs(flashSale !== undefined),
  });
}

/** Closes an order that was not paid in time, and frees what it holds. Nothing happens to one that was paid or cancelled. */
export async function closeUnpaid(
  deps: Pick<OrderDeps, 'clock' | 'database' | 'outbox' | 'transactions' | 'signals'>,
  call: CallContext,
  orderId: string,
): Promise<void> {
  const [order] = await findOrders(deps.database, [orderId]);
  const closed = order && closedOrder(order);
  if (!order || !closed) return;
  const decided = await deps.database.transaction(async (em) => {
    // Whoever pays or cancels it meanwhile has the last word.
    if (!(await saveChange(deps, em, call, closed, order.version))) return undefined;
    const cancelled = await deps.transactions.cancel(em, orderId);
    if (!cancelled) throw new Error(`The unpaid order ${orderId} has no prepared transaction.`);
    return cancelled;
  }, call);
  if (!decided) return;
  signalChanged(deps, orderId);
  // Nobody waits for it: one participant that hangs must not keep other orders from being closed.
  deps.transactions.finish(decided, call);
}
