import { orderCompleted, orderPaid } from '@tiffin/proto/topics/order-topics';
import type { AuditedService } from './audited.ts';

/** Who hears of what becomes of orders. A test compares them with the jobs of all services. */
export const orderConsumers: readonly {
  readonly consumer: string;
  readonly topic: string;
  /** Its inbox is that of this service. */
  readonly service: AuditedService;
}[] = [
  { consumer: 'activity.coupons', topic: orderPaid.name, service: 'activity' },
  { consumer: 'delivery.orders', topic: orderPaid.name, service: 'delivery' },
  { consumer: 'search.popularity', topic: orderPaid.name, service: 'search' },
  { consumer: 'shop.orders', topic: orderPaid.name, service: 'shop' },
  { consumer: 'shop.reviewers', topic: orderCompleted.name, service: 'shop' },
];

/** The steps that are told, and by which events. */
export const toldSteps = { PAID: orderPaid.name, COMPLETED: orderCompleted.name } as const;
