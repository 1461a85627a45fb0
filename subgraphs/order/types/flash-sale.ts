import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';
import { shownEligibility } from './flash-sale-eligibility.ts';

export const FlashSale: StrictResolvers['FlashSale'] = {
  startsAt: (sale) => present(sale.startsAt, 'FlashSale.startsAt'),
  endsAt: (sale) => present(sale.endsAt, 'FlashSale.endsAt'),
  price: (sale) => present(sale.price, 'FlashSale.price'),
  goods: (sale) => ({ id: sale.goodsId }),
  shop: (sale) => ({ id: sale.shopId }),
  eligibility: async (sale, _args, { call, loaders }) => {
    if (call.identity.kind !== 'user') return null;
    return shownEligibility(await loaders.flashSaleEligibility.load(sale.id));
  },
};
