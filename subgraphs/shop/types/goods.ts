import { pageRequest } from '@tiffin/lib/subgraph/connection';
import { listPage } from '@tiffin/lib/subgraph/list-page';
import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const Goods: StrictResolvers['Goods'] = {
  __resolveReference: ({ id }, { loaders }) => loaders.goods.load(id),
  price: (goods) => present(goods.price, 'Goods.price'),
  views: ({ id }, _args, { loaders }) => loaders.goodsViews.load(id),
  shop: (goods, _args, { loaders }) => loaders.shop.load(goods.shopId),
  categories: async (goods, args, { loaders }) => {
    const { edges, hasNextPage } = listPage(goods.categoryIds, (id) => id, pageRequest(args));
    const categories = await Promise.all(edges.map(({ item }) => loaders.category.load(item)));
    return {
      edges: edges.map(({ cursor }, index) => ({ node: categories[index], cursor })),
      pageInfo: { hasNextPage, endCursor: edges.at(-1)?.cursor ?? null },
    };
  },
};
