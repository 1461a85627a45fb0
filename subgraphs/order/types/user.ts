import { pageRequest, toConnection } from '@tiffin/lib/subgraph/connection';
import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const User: StrictResolvers['User'] = {
  orders: async (user, args, { loaders }) =>
    toConnection(await loaders.userOrders.load({ parentId: user.id, ...pageRequest(args) }), (edge) =>
      present(edge.order, 'OrderEdge.order'),
    ),
};
