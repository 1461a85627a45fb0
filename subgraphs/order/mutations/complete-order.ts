import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const completeOrder: StrictResolvers['Mutation']['completeOrder'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { order } = await clients.order.completeOrder(input, call);
  return { order: present(order, 'CompleteOrderResponse.order') };
};
