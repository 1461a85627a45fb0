import { AppError } from '@tiffin/lib/errors/app-error';
import type { Effect } from '@tiffin/lib/idempotency/effect';
import { requireRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { lockDelivery, saveStep } from '../data/delivery-store.ts';
import { type Delivery, type ReportedStatus, reportedDelivery } from './delivery.ts';
import type { DeliveryDeps } from './deps.ts';
import { tellChanged } from './tell-changed.ts';

export interface DeliveryReport {
  readonly deliveryId: string;
  readonly status: ReportedStatus;
}

/**
 * Writes down how far a delivery is, and tells it. What is known already changes nothing.
 * @throws AppError DELIVERY_NOT_FOUND, DELIVERY_STEP_REFUSED, UNAUTHENTICATED, FORBIDDEN.
 */
export async function reportDelivery(
  deps: Pick<DeliveryDeps, 'clock' | 'outbox'>,
  context: CallContext,
  { deliveryId, status }: DeliveryReport,
  effect: Effect<Delivery>,
): Promise<Delivery> {
  requireRole(context.identity, 'ADMIN');
  return effect(async (em) => {
    const delivery = await lockDelivery(em, deliveryId);
    if (!delivery) throw new AppError('DELIVERY_NOT_FOUND', { deliveryId });
    const reported = reportedDelivery(delivery, status, new Date(deps.clock.now()));
    if (reported === delivery) return delivery;
    if (!(await saveStep(em, reported)))
      throw new Error(`Delivery ${deliveryId} changed while it was locked.`);
    await tellChanged(deps, em, context, reported);
    return reported;
  });
}
