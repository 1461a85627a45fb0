import type { Outbox } from '@tiffin/lib/events/outbox';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { deliveryChanged } from '@tiffin/proto/topics/delivery-topics';
import type { Delivery } from './delivery.ts';
import type { DeliveryDeps } from './deps.ts';

/** Tells that a delivery has come to its status. In the transaction that `em` is. */
export async function tellChanged(
  { outbox }: Pick<DeliveryDeps, 'outbox'>,
  em: Parameters<Outbox['add']>[0],
  context: Pick<CallContext, 'span'>,
  { id, orderId, status, version }: Delivery,
): Promise<void> {
  const payload = { deliveryId: id, orderId, status: `DELIVERY_STATUS_${status}` as const };
  await outbox.add(
    em,
    { topic: deliveryChanged, aggregateId: id, aggregateVersion: version, payload },
    context,
  );
}
