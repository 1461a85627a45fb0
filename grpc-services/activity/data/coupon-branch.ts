/** What the coupon's branch of an order's transaction is called. */
export const couponBranch = 'coupon';
