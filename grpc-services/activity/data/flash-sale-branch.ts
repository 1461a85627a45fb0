/** What the part of a flash sale in an order's transaction is called. */
export const flashSaleBranch = 'flash sale';
