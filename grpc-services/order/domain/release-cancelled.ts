import type { OrderDeps } from './deps.ts';
import { orderService } from './own-behalf.ts';

const timeoutMs = 2_000;

/**
 * Gives back the stock of a cancelled order. Whoever cancelled it has done so mostly; doing it again changes nothing,
 * so it needs no note of having been done.
 */
export async function releaseCancelled(
  { clock, stock }: Pick<OrderDeps, 'clock' | 'stock'>,
  orderId: string,
  eventId: string,
  signal: AbortSignal,
): Promise<void> {
  const deadlineMs = clock.now() + timeoutMs;
  await stock.releaseStock({ orderId }, { requestId: eventId, identity: orderService, deadlineMs, signal });
}
