import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const OrderItem: StrictResolvers['OrderItem'] = {
  unitPrice: (item) => present(item.unitPrice, 'OrderItem.unitPrice'),
  goods: (item) => ({ id: item.goodsId }),
};
