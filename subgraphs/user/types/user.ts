import { pageRequest, toConnection } from '@tiffin/lib/subgraph/connection';
import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const User: StrictResolvers['User'] = {
  __resolveReference: ({ id }, { loaders }) => loaders.user.load(id),
  createdAt: (user) => present(user.createdAt, 'User.createdAt'),
  addresses: async (user, args, { loaders }) =>
    toConnection(await loaders.addresses.load({ parentId: user.id, ...pageRequest(args) }), (edge) =>
      present(edge.address, 'AddressEdge.address'),
    ),
  wallet: (user, _args, { loaders }) => loaders.wallet.load(user.id),
  coupons: async (user, args, { loaders }) =>
    toConnection(await loaders.userCoupons.load({ parentId: user.id, ...pageRequest(args) }), (edge) =>
      present(edge.coupon, 'CouponEdge.coupon'),
    ),
  history: async (user, args, { loaders }) =>
    toConnection(await loaders.userHistory.load({ parentId: user.id, ...pageRequest(args) }), (edge) =>
      present(edge.entry, 'HistoryEdge.entry'),
    ),
};
