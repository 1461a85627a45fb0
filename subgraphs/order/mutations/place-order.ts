import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const placeOrder: StrictResolvers['Mutation']['placeOrder'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { items, couponId, walletAmount } = input;
  const { order } = await clients.order.placeOrder(
    {
      ...input,
      items: [...items],
      couponId: couponId ?? undefined,
      walletAmount: walletAmount ?? undefined,
    },
    call,
  );
  return { order: present(order, 'PlaceOrderResponse.order') };
};
