import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const payOrder: StrictResolvers['Mutation']['payOrder'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { order } = await clients.order.payOrder(input, call);
  return { order: present(order, 'PayOrderResponse.order') };
};
