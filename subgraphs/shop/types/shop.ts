import { pageRequest } from '@tiffin/lib/subgraph/connection';
import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';
import { goodsConnection } from './goods-connection.ts';
import { reviewConnection } from './review-connection.ts';

export const Shop: StrictResolvers['Shop'] = {
  __resolveReference: ({ id }, { loaders }) => loaders.shop.load(id),
  rating: (shop) => present(shop.rating, 'Shop.rating'),
  category: (shop, _args, { loaders }) => loaders.category.load(shop.categoryId),
  owner: (shop) => ({ id: shop.ownerId }),
  views: ({ id }, _args, { loaders }) => loaders.shopViews.load(id),
  goods: async (shop, args, { loaders }) =>
    goodsConnection(await loaders.shopGoods.load({ parentId: shop.id, ...pageRequest(args) })),
  reviews: async (shop, args, { loaders }) =>
    reviewConnection(await loaders.shopReviews.load({ parentId: shop.id, ...pageRequest(args) })),
};
