import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const cancelOrder: StrictResolvers['Mutation']['cancelOrder'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { order } = await clients.order.cancelOrder(input, call);
  return { order: present(order, 'CancelOrderResponse.order') };
};
