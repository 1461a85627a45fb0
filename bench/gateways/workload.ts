import { playgroundOperations } from '@tiffin/schema/playground-operations';

/** A request of the bench: the same bytes to everybody. */
export interface BenchRequest {
  /** Index of the user who sends it; undefined for nobody. */
  readonly user: number;
  /** JSON with the operation's name first. */
  readonly body: string;
}

/** An operation, sent over and over with variables that differ. */
export interface BenchOperation {
  readonly name: string;
  /** What it stands for. */
  readonly title: string;
  readonly requests: readonly BenchRequest[];
}

export const readmeOperation = 'MyOrders';
export const largeOperation = 'MyOrdersLonger';

type Variables = Readonly<Record<string, unknown>>;

/**
 * Operations of the README, their constants made variables. `users` is how many users there are to ask for, and
 * `requestCount` the requests of an operation before the first comes again.
 */
export function benchOperations(
  users: number,
  goodsIds: readonly string[],
  requestCount: number,
): BenchOperation[] {
  const myOrders = edited('my-orders', [
    ['query MyOrders', 'query MyOrders($orders: Int!, $items: Int!, $reviews: Int!)'],
    ['orders(first: 10)', 'orders(first: $orders)'],
    ['items(first: 5)', 'items(first: $items)'],
    ['reviews(first: 2)', 'reviews(first: $reviews)'],
  ]);
  const bestShops = edited('best-shops', [
    ['query BestShops', 'query BestShops($shops: Int!, $goods: Int!)'],
    ['shops(first: 3)', 'shops(first: $shops)'],
    ['goods(first: 2)', 'goods(first: $goods)'],
  ]);
  const lookAround = edited('look-around', [
    ['mutation LookAround', 'mutation LookAround($input: TrackInput!)'],
    ['{ events: [{ kind: GOODS_VIEWED, targetId: "963666510131" }] }', '$input'],
  ]);
  const operation = (
    name: string,
    title: string,
    query: string,
    variables: (index: number) => Variables,
    askers = users,
  ): BenchOperation => ({
    name,
    title,
    requests: Array.from({ length: requestCount }, (_, index) => ({
      user: index % askers,
      body: JSON.stringify({ operationName: name, query, variables: variables(index) }),
    })),
  });
  return [
    operation(readmeOperation, "the README's query over three subgraphs", myOrders, (index) => ({
      orders: 8 + (index % 5),
      items: 5,
      reviews: 1 + (index % 3),
    })),
    operation('BestShops', 'a list of one subgraph', bestShops, (index) => ({
      shops: 8 + (index % 5),
      goods: 1 + (index % 3),
    })),
    operation('LookAround', 'a small mutation', lookAround, (index) => ({
      input: { events: [{ kind: 'GOODS_VIEWED', targetId: goodsIds[index % goodsIds.length] ?? '' }] },
    })),
    operation(
      largeOperation,
      'about 80 kB over three subgraphs',
      myOrders.replace('query MyOrders(', `query ${largeOperation}(`),
      (index) => ({ orders: 28 + (index % 5), items: 5, reviews: 5 + (index % 3) }),
      1,
    ),
  ];
}

/** @throws where the operation does not have what is to be replaced. */
function edited(file: string, edits: readonly (readonly [from: string, to: string])[]): string {
  const text = playgroundOperations().find(({ name }) => name === file)?.text;
  if (text === undefined) throw new Error(`The playground has no operation ${file}.`);
  return edits.reduce((edit, [from, to]) => {
    if (!edit.includes(from)) throw new Error(`The operation ${file} has no longer: ${from}`);
    return edit.replace(from, to);
  }, text);
}
