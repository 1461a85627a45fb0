import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { Goods } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { Order } from '@tiffin/proto/gen/tiffin/order/v1/order';
import type { Review, Shop } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { type BffClients, loadAll } from './clients.ts';

interface Variables {
  readonly orders: number;
  readonly items: number;
  readonly reviews: number;
}

/** Everything that hangs on the orders, by its id. */
interface Found {
  readonly goods: ReadonlyMap<string, Goods>;
  readonly shops: ReadonlyMap<string, Shop>;
  readonly reviews: ReadonlyMap<string, readonly Review[]>;
  readonly names: ReadonlyMap<string, string>;
}

/** The user's last orders, with what was bought, where, and what others say of it. */
export async function myOrders(
  clients: BffClients,
  { orders: first, items, reviews }: Variables,
  call: CallContext,
): Promise<unknown> {
  if (call.identity.kind !== 'user') return { me: null };
  const { userId } = call.identity;
  const [{ users }, { pages }] = await Promise.all([
    clients.account.batchGetUsers({ ids: [userId] }, call),
    clients.order.batchListUserOrders({ pages: [{ parentId: userId, first }] }, call),
  ]);
  const user = users[0]?.user;
  if (!user) return { me: null };
  const orders = (pages[0]?.edges ?? []).flatMap((edge) => edge.order ?? []);
  const found = await load(clients, orders, items, reviews, call);
  const edges = orders.map((order) => ({ node: shownOrder(order, items, found) }));
  return { me: { displayName: user.displayName, orders: { edges } } };
}

async function load(
  clients: BffClients,
  orders: readonly Order[],
  items: number,
  reviewsFirst: number,
  call: CallContext,
): Promise<Found> {
  const goodsIds = orders.flatMap((order) => order.items.slice(0, items).map(({ goodsId }) => goodsId));
  const goods = await loadAll(goodsIds, async (ids) =>
    (await clients.goods.batchGetGoods({ ids }, call)).goods.map((slot) => slot.goods),
  );
  const shopIds = [...goods.values()].flatMap((one) => one?.shopId ?? []);
  const [shops, reviews] = await Promise.all([
    loadAll(shopIds, async (ids) =>
      (await clients.shop.batchGetShops({ ids }, call)).shops.map(({ shop }) => shop),
    ),
    loadAll(shopIds, async (ids) => {
      const pages = ids.map((parentId) => ({ parentId, first: reviewsFirst }));
      const answer = await clients.shop.batchListShopReviews({ pages }, call);
      return answer.pages.map((page) => page.edges.flatMap((edge) => edge.review ?? []));
    }),
  ]);
  const authorIds = [...reviews.values()].flat().map(({ authorId }) => authorId);
  const names = await loadAll(authorIds, async (ids) =>
    (await clients.account.batchGetUsers({ ids }, call)).users.map(({ user }) => user?.displayName),
  );
  return {
    goods: defined(goods),
    shops: defined(shops),
    reviews,
    names: defined(names),
  };
}

const defined = <Value>(values: Map<string, Value | undefined>) => values as Map<string, Value>;

function shownOrder({ status, placedAt, total, items }: Order, first: number, found: Found) {
  return {
    status: status.replace('ORDER_STATUS_', ''),
    placedAt,
    total: { amountCents: total?.amountCents, currency: total?.currency },
    items: {
      edges: items.slice(0, first).map(({ quantity, goodsId }) => ({
        node: { quantity, goods: shownGoods(found.goods.get(goodsId), found) },
      })),
    },
  };
}

function shownGoods(goods: Goods | undefined, found: Found) {
  return goods ? { name: goods.name, shop: shownShop(found.shops.get(goods.shopId), found) } : null;
}

function shownShop(shop: Shop | undefined, { reviews, names }: Found) {
  if (!shop) return null;
  const { averageHundredths = 0, reviewCount = 0 } = shop.rating ?? {};
  return {
    name: shop.name,
    rating: { average: reviewCount === 0 ? null : averageHundredths / 100, reviewCount },
    reviews: {
      edges: (reviews.get(shop.id) ?? []).map(({ stars, text, authorId }) => {
        const displayName = names.get(authorId);
        return { node: { stars, text, author: displayName === undefined ? null : { displayName } } };
      }),
    },
  };
}
