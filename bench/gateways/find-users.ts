import type { Arena } from './arena.ts';
import { ask } from './ask.ts';

/** Who asks in the bench, and what they have bought. */
export interface BenchUsers {
  /** Their Authorization headers. */
  readonly authorizations: readonly string[];
  readonly goodsIds: readonly string[];
}

const userCount = 20;
/** A user with fewer would make the requests of a round unlike each other. */
const minOrders = 12;
const firstUserNo = 43;
/** Of the demo's 2,000: one in a few has enough orders. */
const lastUserNo = 500;

const body = JSON.stringify({
  query: `{ me { orders(first: ${minOrders}) { edges { node { items { edges { node { goods { id } } } } } } } } }`,
});

/** The demo customer, and others with enough orders. @throws Error where the demo has too few of them. */
export async function findUsers(
  url: string,
  { authorization: headerOf }: Pick<Arena, 'authorization'>,
  send = ask,
): Promise<BenchUsers> {
  const authorizations: string[] = [];
  const goodsIds = new Set<string>();
  for (let userNo = 1; userNo <= lastUserNo; userNo = Math.max(userNo + 1, firstUserNo)) {
    const authorization = await headerOf(userNo);
    const { data } = JSON.parse(await send(url, { body, authorization })) as UserOrders;
    const edges = data.me?.orders.edges ?? [];
    if (edges.length < minOrders) continue;
    for (const { node } of edges) for (const item of node.items.edges) goodsIds.add(item.node.goods.id);
    authorizations.push(authorization);
    if (authorizations.length === userCount) return { authorizations, goodsIds: [...goodsIds] };
  }
  throw new Error(
    `The bench needs ${userCount} users with ${minOrders} orders each. Among the demo's first ${lastUserNo} are ${authorizations.length}.`,
  );
}

interface UserOrders {
  readonly data: { me: { orders: Edges<{ items: Edges<{ goods: { id: string } }> }> } | null };
}
interface Edges<Node> {
  readonly edges: readonly { node: Node }[];
}
