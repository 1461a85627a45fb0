import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const Review: StrictResolvers['Review'] = {
  createdAt: (review) => present(review.createdAt, 'Review.createdAt'),
  author: (review) => ({ id: review.authorId }),
  shop: (review, _args, { loaders }) => loaders.shop.load(review.shopId),
};
