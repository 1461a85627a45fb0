import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const addReview: StrictResolvers['Mutation']['addReview'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { review } = await clients.shop.addReview(input, call);
  return { review: present(review, 'AddReviewResponse.review') };
};
