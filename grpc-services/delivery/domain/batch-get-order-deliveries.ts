import { AppError } from '@tiffin/lib/errors/app-error';
import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findOrderDeliveries } from '../data/delivery-store.ts';
import { type Delivery, seesDeliveriesOf } from './delivery.ts';
import type { DeliveryDeps } from './deps.ts';

/**
 * One answer for each order, in the order of the ids; undefined where it has no delivery, and in the same way where it is
 * somebody else's and the caller is no administrator and no service: nobody learns that it exists.
 * @throws AppError UNAUTHENTICATED for nobody.
 */
export async function batchGetOrderDeliveries(
  { database }: Pick<DeliveryDeps, 'database'>,
  { identity }: CallContext,
  orderIds: readonly string[],
): Promise<(Delivery | undefined)[]> {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  const orders = await findByIds(orderIds, async (possible) => {
    const deliveries = await findOrderDeliveries(database, possible);
    return deliveries.map((delivery) => ({ id: delivery.orderId, delivery }));
  });
  return orders.map((order) =>
    order && seesDeliveriesOf(identity, order.delivery.userId) ? order.delivery : undefined,
  );
}
