import { present } from '@tiffin/lib/subgraph/present';
import type { StrictResolvers } from '../resolvers.gen.ts';

export const Coupon: StrictResolvers['Coupon'] = {
  discount: (coupon) => present(coupon.discount, 'Coupon.discount'),
  minimumTotal: (coupon) => present(coupon.minimumTotal, 'Coupon.minimumTotal'),
  grantedAt: (coupon) => present(coupon.grantedAt, 'Coupon.grantedAt'),
  expiresAt: (coupon) => present(coupon.expiresAt, 'Coupon.expiresAt'),
};
