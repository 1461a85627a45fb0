import { pageRequest } from '@tiffin/lib/subgraph/connection';
import type { StrictResolvers } from '../resolvers.gen.ts';
import { reviewConnection } from './review-connection.ts';

export const User: StrictResolvers['User'] = {
  reviews: async (user, args, { loaders }) =>
    reviewConnection(await loaders.userReviews.load({ parentId: user.id, ...pageRequest(args) })),
};
