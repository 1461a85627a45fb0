import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { noteEvent, saveOrder } from '../data/order-store.ts';
import type { OrderDeps, Session } from './deps.ts';
import type { Order } from './order.ts';
import { tellChanged } from './tell-changed.ts';

/**
 * Writes what became of an order, and tells it, in the transaction that `em` is. False, and nothing written, where
 * somebody else changed the order meanwhile. `atMs` is when it happened.
 */
export async function saveChange(
  deps: Pick<OrderDeps, 'clock' | 'outbox'>,
  em: Session,
  call: Pick<CallContext, 'span'>,
  changed: Order,
  expectedVersion: number,
  atMs = deps.clock.now(),
): Promise<boolean> {
  if (!(await saveOrder(em, changed, expectedVersion, atMs))) return false;
  const eventId = await tellChanged(deps, em, call, changed);
  if (eventId !== undefined) await noteEvent(em, changed, eventId);
  return true;
}
