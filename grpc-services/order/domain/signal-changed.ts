import { liveTopic } from '@tiffin/lib/live/live-signals';
import type { OrderDeps } from './deps.ts';

/** Wakes those who watch an order, after the commit of its change. It may be lost: they look from time to time. */
export function signalChanged({ signals }: Pick<OrderDeps, 'signals'>, orderId: string): void {
  signals.publish(liveTopic('order', orderId));
}
