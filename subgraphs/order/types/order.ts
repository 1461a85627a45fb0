import { pageRequest, toConnection } from '@tiffin/lib/subgraph/connection';
import { listPage } from '@tiffin/lib/subgraph/list-page';
import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const Order: StrictResolvers['Order'] = {
  __resolveReference: ({ id }, { loaders }) => loaders.order.load(id),
  total: (order) => present(order.total, 'Order.total'),
  discount: (order) => present(order.discount, 'Order.discount'),
  walletAmount: (order) => present(order.walletAmount, 'Order.walletAmount'),
  payable: (order) => present(order.payable, 'Order.payable'),
  address: (order) => present(order.address, 'Order.address'),
  placedAt: (order) => present(order.placedAt, 'Order.placedAt'),
  items: (order, args) =>
    toConnection(
      listPage(order.items, (item) => item.goodsId, pageRequest(args)),
      (edge) => edge.item,
    ),
  shop: (order) => ({ id: order.shopId }),
  customer: (order) => ({ id: order.userId }),
  timeline: async (order, _args, { loaders }) => (await loaders.orderTimeline.load(order.id)).steps,
  delivery: (order, _args, { loaders }) => loaders.orderDelivery.load(order.id),
  flashSale: ({ flashSaleId }, _args, { loaders }) =>
    flashSaleId === undefined ? undefined : loaders.flashSale.load(flashSaleId),
};
