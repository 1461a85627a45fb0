import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { type BffClients, loadAll } from './clients.ts';

/** The best shops with some of their goods. */
export async function bestShops(
  { shop, goods }: BffClients,
  { shops: first, goods: goodsFirst }: { shops: number; goods: number },
  call: CallContext,
): Promise<unknown> {
  const { edges } = await shop.listShops({ first }, call);
  const shops = edges.flatMap((edge) => edge.shop ?? []);
  const [categories, pages] = await Promise.all([
    loadAll(
      shops.map(({ categoryId }) => categoryId),
      async (ids) => (await goods.batchGetCategories({ ids }, call)).categories,
    ),
    loadAll(
      shops.map(({ id }) => id),
      async (ids) => {
        const asked = ids.map((parentId) => ({ parentId, first: goodsFirst }));
        return (await goods.batchListShopGoods({ pages: asked }, call)).pages;
      },
    ),
  ]);
  const shown = shops.map(({ id, name, area, categoryId, rating }) => {
    const category = categories.get(categoryId)?.category;
    const { averageHundredths = 0, reviewCount = 0 } = rating ?? {};
    const sold = pages.get(id)?.edges.flatMap((edge) => edge.goods ?? []) ?? [];
    return {
      node: {
        name,
        area,
        category: category ? { name: category.name } : null,
        rating: { average: reviewCount === 0 ? null : averageHundredths / 100, reviewCount },
        goods: {
          edges: sold.map(({ name, price }) => ({
            node: { name, price: { amountCents: price?.amountCents, currency: price?.currency } },
          })),
        },
      },
    };
  });
  return { shops: { edges: shown } };
}
