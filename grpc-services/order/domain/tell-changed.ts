import type { Outbox } from '@tiffin/lib/events/outbox';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { orderCancelled, orderPaid } from '@tiffin/proto/topics/order-topics';
import type { OrderDeps } from './deps.ts';
import type { Order } from './order.ts';

/** Tells what became of an order, where anybody listens for that. In the transaction that `em` is. */
export async function tellChanged(
  { outbox }: Pick<OrderDeps, 'outbox'>,
  em: Parameters<Outbox['add']>[0],
  context: CallContext,
  { id, version, status, userId, shopId, items, total }: Order,
): Promise<void> {
  const change = { aggregateId: id, aggregateVersion: version };
  const who = { orderId: id, userId, shopId };
  if (status === 'PAID') {
    await outbox.add(
      em,
      { ...change, topic: orderPaid, payload: { ...who, items: [...items], total } },
      context,
    );
  } else if (status === 'CANCELLED') {
    await outbox.add(em, { ...change, topic: orderCancelled, payload: who }, context);
  }
}
