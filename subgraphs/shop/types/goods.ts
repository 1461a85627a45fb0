import { pageRequest } from '@tiffin/lib/subgraph/connection';
import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';
import { categoryPage } from './category-page.ts';

export const Goods: StrictResolvers['Goods'] = {
  __resolveReference: ({ id }, { loaders }) => loaders.goods.load(id),
  price: (goods) => present(goods.price, 'Goods.price'),
  shop: (goods, _args, { loaders }) => loaders.shop.load(goods.shopId),
  categories: async (goods, args, { loaders }) => {
    const page = categoryPage(goods.categoryIds, pageRequest(args));
    const categories = await Promise.all(page.ids.map((id) => loaders.category.load(id)));
    return {
      edges: page.ids.map((id, index) => ({ node: categories[index], cursor: id })),
      pageInfo: { hasNextPage: page.hasNextPage, endCursor: page.ids.at(-1) ?? null },
    };
  },
};
