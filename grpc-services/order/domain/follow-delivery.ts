import type { Inbox } from '@tiffin/lib/events/inbox';
import { findOrdersIn, insertLateStep } from '../data/order-store.ts';
import { scheduleCompletion } from './complete-order.ts';
import type { OrderDeps } from './deps.ts';
import { type DeliveryStep, deliveredOrder, hasPassed } from './order.ts';
import { saveChange } from './save-change.ts';
import { signalChanged } from './signal-changed.ts';

/** An event that a consumer of this service hears of, perhaps again. */
export interface Heard {
  readonly consumer: string;
  readonly eventId: string;
  /** When it happened, by the clock of whoever tells it; now where that is not said. */
  readonly occurredAt?: Date | undefined;
  readonly budget: NonNullable<Parameters<Inbox['once']>[3]>;
}

/**
 * Brings an order as far as its delivery is, and writes down when it came so far: not when that was heard. A step that
 * comes after a later one is written down too, and changes nothing else.
 */
export async function followDelivery(
  deps: Pick<OrderDeps, 'clock' | 'inbox' | 'outbox' | 'delayedTasks' | 'signals'>,
  { consumer, eventId, occurredAt, budget }: Heard,
  orderId: string,
  step: DeliveryStep,
): Promise<void> {
  const nowMs = deps.clock.now();
  // A clock that is ahead has nothing happen after what its customer does next.
  const atMs = Math.min(occurredAt?.getTime() ?? nowMs, nowMs);
  const isNews = await deps.inbox.once(
    consumer,
    eventId,
    async (em) => {
      const [order] = await findOrdersIn(em, [orderId]);
      if (!order) throw new Error(`There is a delivery of an order ${orderId}, which does not exist.`);
      const changed = deliveredOrder(order, step);
      if (!changed) {
        if (hasPassed(order, step)) await insertLateStep(em, orderId, step, atMs);
        return;
      }
      if (!(await saveChange(deps, em, {}, changed, order.version, atMs))) {
        throw new Error(`Order ${orderId} changed meanwhile; the event comes again.`);
      }
      if (step === 'DELIVERED') await scheduleCompletion(deps, em, orderId, atMs);
    },
    budget,
  );
  if (isNews) signalChanged(deps, orderId);
}
