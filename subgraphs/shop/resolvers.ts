import { addReview } from './mutations/add-review.ts';
import { adjustStock } from './mutations/adjust-stock.ts';
import { closeShop } from './mutations/close-shop.ts';
import { createGoods } from './mutations/create-goods.ts';
import { createShop } from './mutations/create-shop.ts';
import { openShop } from './mutations/open-shop.ts';
import { updateGoods } from './mutations/update-goods.ts';
import { updateShop } from './mutations/update-shop.ts';
import { categories } from './queries/categories.ts';
import { goods } from './queries/goods.ts';
import { search } from './queries/search.ts';
import { shop } from './queries/shop.ts';
import { shops } from './queries/shops.ts';
import { enumResolvers, type StrictResolvers } from './resolvers.gen.ts';
import { Category } from './types/category.ts';
import { Goods } from './types/goods.ts';
import { Rating } from './types/rating.ts';
import { Review } from './types/review.ts';
import { SearchHit } from './types/search-hit.ts';
import { Shop } from './types/shop.ts';
import { User } from './types/user.ts';

export const resolvers: StrictResolvers = {
  ...enumResolvers,
  Query: { shop, shops, goods, search, categories },
  Mutation: {
    addReview,
    createShop,
    updateShop,
    openShop,
    closeShop,
    createGoods,
    updateGoods,
    adjustStock,
  },
  Shop,
  Rating,
  Goods,
  Category,
  Review,
  SearchHit,
  User,
};
