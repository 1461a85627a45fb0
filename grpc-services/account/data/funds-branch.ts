/** What the wallet's part in the transaction of an order is called in the table of branches. */
export const fundsBranch = 'funds';
