import type { Fakes } from '@tiffin/lib/testing/subgraph-harness';
import { Category, Goods } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { Review, Shop, ShopStatus } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import type { ShopClients } from '../clients.ts';

/** Entities with such an id do not exist. */
const isMissing = (id: string) => id.startsWith('missing');

export const sampleShop = (id: string) =>
  Shop.fromPartial({
    id,
    ownerId: `owner-${id}`,
    name: `Shop ${id}`,
    description: 'Soup and bread',
    categoryId: `category-${id}`,
    area: 'Mitte',
    status: ShopStatus.OPEN,
    rating: { averageHundredths: 425, reviewCount: 4 },
    version: 3,
  });

export const sampleGoods = (id: string) =>
  Goods.fromPartial({
    id,
    shopId: `shop-${id}`,
    name: `Goods ${id}`,
    description: 'Fresh',
    price: { amountCents: 2 ** 40, currency: 'EUR' },
    categoryIds: ['1', '2', '3'],
    available: 5,
    version: 2,
  });

export const sampleCategory = (id: string) => Category.fromPartial({ id, name: `Category ${id}` });

export const sampleReview = (id: string) =>
  Review.fromPartial({
    id,
    shopId: `shop-${id}`,
    authorId: `author-${id}`,
    stars: 4,
    text: 'Good soup',
    createdAt: new Date('2030-01-31T18:00:00Z'),
  });

interface ListRequest {
  readonly first: number;
  readonly after?: string | undefined;
}

/** The page of a list of three: its items are numbered from 1, and the number is the cursor. */
function pageOf<Edge>({ first, after }: ListRequest, edge: (cursor: string) => Edge) {
  const cursors = ['1', '2', '3'].slice(Number(after ?? 0));
  return { edges: cursors.slice(0, first).map(edge), hasNextPage: cursors.length > first };
}

/** Services whose reads answer every id that does not begin with "missing", and whose lists have three items. */
export const fakeServices = {
  shop: {
    batchGetShops: async ({ ids }) => ({
      shops: ids.map((id) => ({ shop: isMissing(id) ? undefined : sampleShop(id) })),
    }),
    listShops: async (request) => pageOf(request, (cursor) => ({ shop: sampleShop(cursor), cursor })),
    batchListShopReviews: async ({ pages }) => ({
      pages: pages.map((page) =>
        pageOf(page, (cursor) => ({
          review: { ...sampleReview(`${page.parentId}-${cursor}`), shopId: page.parentId },
          cursor,
        })),
      ),
    }),
    batchListUserReviews: async ({ pages }) => ({
      pages: pages.map((page) =>
        pageOf(page, (cursor) => ({
          review: { ...sampleReview(`${page.parentId}-${cursor}`), authorId: page.parentId },
          cursor,
        })),
      ),
    }),
  },
  goods: {
    batchGetGoods: async ({ ids }) => ({
      goods: ids.map((id) => ({ goods: isMissing(id) ? undefined : sampleGoods(id) })),
    }),
    batchListShopGoods: async ({ pages }) => ({
      pages: pages.map((page) =>
        pageOf(page, (cursor) => ({
          goods: { ...sampleGoods(`${page.parentId}-${cursor}`), shopId: page.parentId },
          cursor,
        })),
      ),
    }),
    batchGetCategories: async ({ ids }) => ({
      categories: ids.map((id) => ({ category: isMissing(id) ? undefined : sampleCategory(id) })),
    }),
    listCategories: async (request) =>
      pageOf(request, (cursor) => ({ category: sampleCategory(cursor), cursor })),
  },
  tracking: {
    batchGetCounters: async ({ targetIds }) => ({ views: targetIds.map((id) => Number(id) * 10) }),
  },
} satisfies Fakes<ShopClients>;
