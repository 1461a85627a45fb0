import { AppError } from '@tiffin/lib/errors/app-error';
import type { Identity } from '@tiffin/lib/identity/identity';
import { hasRole } from '@tiffin/lib/identity/require-role';
import type { Delivery, DeliveryStatus } from '../data/delivery-row.ts';

export type { Delivery } from '../data/delivery-row.ts';

/** What the dispatch reports of a delivery that has a courier. */
export type ReportedStatus = 'PICKED_UP' | 'DELIVERED';

const way = ['REQUESTED', 'ASSIGNED', 'PICKED_UP', 'DELIVERED'] as const satisfies DeliveryStatus[];

/** The delivery of an order that was just paid: no courier has it yet. */
export function requestedDelivery(
  asked: Pick<Delivery, 'id' | 'orderId' | 'userId' | 'shopId' | 'requestedAt'>,
): Delivery {
  return {
    ...asked,
    status: 'REQUESTED',
    courierName: undefined,
    changedAt: asked.requestedAt,
    version: 1,
  };
}

/**
 * The delivery with a courier on the way to the shop.
 * @throws AppError DELIVERY_STEP_REFUSED where it has one.
 */
export function assignedDelivery(delivery: Delivery, courierName: string, at: Date): Delivery {
  return { ...next(delivery, 'ASSIGNED', at), courierName };
}

/**
 * The delivery as it was reported; the same object where that was known.
 * @throws AppError DELIVERY_STEP_REFUSED for a step back, and for one that leaves another out.
 */
export function reportedDelivery(delivery: Delivery, status: ReportedStatus, at: Date): Delivery {
  return delivery.status === status ? delivery : next(delivery, status, at);
}

function next(delivery: Delivery, status: DeliveryStatus, changedAt: Date): Delivery {
  if (way[way.indexOf(delivery.status) + 1] !== status) {
    throw new AppError('DELIVERY_STEP_REFUSED', { deliveryId: delivery.id });
  }
  return { ...delivery, status, changedAt, version: delivery.version + 1 };
}

/** Whether the caller may see the deliveries to this user: the user, administrators and our own processes may. */
export function seesDeliveriesOf(identity: Identity, userId: string): boolean {
  return hasRole(identity, 'ADMIN') || (identity.kind === 'user' && identity.userId === userId);
}
