import type { Effect } from '@tiffin/lib/idempotency/effect';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { ClaimedTransaction } from '@tiffin/lib/tcc/transaction-rows';
import { changeOrder } from './change-order.ts';
import { closeUnpaidKind } from './close-unpaid.ts';
import type { OrderDeps } from './deps.ts';
import type { Order } from './order.ts';

/**
 * Takes an unpaid order of the caller's own through the transition that decides it, and what it holds is spent or freed:
 * the decision commits with the order, and the participants are told of it afterwards, by others where this process dies.
 * @throws AppError as `changeOrder` does.
 */
export async function decideOrder(
  deps: OrderDeps,
  context: CallContext,
  orderId: string,
  decision: 'confirm' | 'cancel',
  transition: (order: Order) => Order,
  effect: Effect<Order>,
): Promise<Order> {
  const { transactions, delayedTasks } = deps;
  let decided: ClaimedTransaction | undefined;
  const order = await changeOrder(
    deps,
    context,
    orderId,
    {
      transition,
      async write(em) {
        decided = await transactions[decision](em, orderId);
        if (!decided) throw new Error(`The unpaid order ${orderId} has no prepared transaction.`);
        await delayedTasks.cancel(em, closeUnpaidKind, orderId);
      },
    },
    effect,
  );
  if (decided) await transactions.finish(decided, context);
  return order;
}
