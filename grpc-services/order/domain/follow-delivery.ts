import type { Inbox } from '@tiffin/lib/events/inbox';
import { findOrdersIn } from '../data/order-store.ts';
import { scheduleCompletion } from './complete-order.ts';
import type { OrderDeps } from './deps.ts';
import { type DeliveryStep, deliveredOrder } from './order.ts';
import { saveChange } from './save-change.ts';

/** An event that a consumer of this service hears of, perhaps again. */
export interface Heard {
  readonly consumer: string;
  readonly eventId: string;
  readonly budget: NonNullable<Parameters<Inbox['once']>[3]>;
}

/** Brings an order as far as its delivery is. What comes late changes nothing. */
export async function followDelivery(
  deps: Pick<OrderDeps, 'clock' | 'inbox' | 'outbox' | 'delayedTasks'>,
  { consumer, eventId, budget }: Heard,
  orderId: string,
  step: DeliveryStep,
): Promise<void> {
  await deps.inbox.once(
    consumer,
    eventId,
    async (em) => {
      const [order] = await findOrdersIn(em, [orderId]);
      if (!order) throw new Error(`There is a delivery of an order ${orderId}, which does not exist.`);
      const changed = deliveredOrder(order, step);
      if (!changed) return;
      if (!(await saveChange(deps, em, {}, changed, order.version))) {
        throw new Error(`Order ${orderId} changed meanwhile; the event comes again.`);
      }
      if (step === 'DELIVERED') await scheduleCompletion(deps, em, orderId);
    },
    budget,
  );
}
