import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const Delivery: StrictResolvers['Delivery'] = {
  requestedAt: (delivery) => present(delivery.requestedAt, 'Delivery.requestedAt'),
  changedAt: (delivery) => present(delivery.changedAt, 'Delivery.changedAt'),
};
