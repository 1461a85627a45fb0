import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const grantCoupon: StrictResolvers['Mutation']['grantCoupon'] = async (
  _root,
  { input },
  { clients, call },
) => {
  const { coupon } = await clients.campaignAdmin.grantCoupon(input, call);
  return { coupon: present(coupon, 'GrantCouponResponse.coupon') };
};
