import { playgroundOperations } from '@tiffin/schema/playground-operations';

/** An operation that both executors run on the same data. */
export interface BenchCase {
  readonly name: string;
  readonly text: string;
}

/** The one that the bar is about. */
export const readmeQuery = 'MyOrders';

/** Operations of the README, and one of them with pages that make a response of about 80 kB. */
export function benchCases(): BenchCase[] {
  const operations = new Map(playgroundOperations().map(({ name, text }) => [name, text]));
  const operation = (file: string) => {
    const text = operations.get(file);
    if (!text) throw new Error(`The playground has no operation ${file}.`);
    return text;
  };
  const myOrders = operation('my-orders');
  const longer = myOrders
    .replace('query MyOrders', 'query MyOrdersLonger')
    .replace('orders(first: 10)', 'orders(first: 30)')
    .replace('reviews(first: 2)', 'reviews(first: 6)');
  return [
    { name: readmeQuery, text: myOrders },
    { name: 'MyOrdersLonger', text: longer },
    { name: 'BestShops', text: operation('best-shops') },
    { name: 'SearchPizza', text: operation('search-pizza') },
    { name: 'ReviewNothing', text: operation('review-nothing') },
  ];
}
