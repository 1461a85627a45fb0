import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { orderCompleted, orderPaid } from '@tiffin/proto/topics/order-topics';
import type { OrderDeps, Session } from './deps.ts';
import type { Order } from './order.ts';

/**
 * Tells what became of an order, where anybody listens for that. In the transaction that `em` is. Resolves to the id of
 * the event.
 */
export async function tellChanged(
  { outbox }: Pick<OrderDeps, 'outbox'>,
  em: Session,
  call: Pick<CallContext, 'span'>,
  { id, version, status, userId, shopId, items, total }: Order,
): Promise<string | undefined> {
  const change = { aggregateId: id, aggregateVersion: version };
  const who = { orderId: id, userId, shopId };
  if (status === 'PAID') {
    const payload = { ...who, items: [...items], total };
    return outbox.add(em, { ...change, topic: orderPaid, payload }, call);
  }
  if (status === 'COMPLETED') return outbox.add(em, { ...change, topic: orderCompleted, payload: who }, call);
  return undefined;
}
