import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const placeOrder: StrictResolvers['Mutation']['placeOrder'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { order } = await clients.order.placeOrder({ ...input, items: [...input.items] }, call);
  return { order: present(order, 'PlaceOrderResponse.order') };
};
