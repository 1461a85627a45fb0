import { demoId } from '@tiffin/lib/demo/demo-id';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { demoAssortments, demoDrinks, demoPraises, drinksCategoryNo } from './demo-catalogue.ts';
import { demoGoodsCount, demoMenuItem } from './demo-menu.ts';
import type { Goods } from './goods-entity.ts';

const numbersTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

export function demoCategories() {
  return demoAssortments.map(({ category }, index) => ({
    id: String(demoId('category', index + 1)),
    name: category,
  }));
}

/** As they are after the demo orders, whose units nobody counted; one of 40 is sold out. */
export function demoGoods(): Goods[] {
  return numbersTo(demoGoodsCount).map((n): Goods => {
    const { shopNo, sectionNo, dishNo, priceCents } = demoMenuItem(n);
    const assortment = demoAssortments[sectionNo];
    const name = (assortment?.dishes ?? demoDrinks)[dishNo];
    if (!name) throw new Error(`The demo catalogue has too few dishes for shop ${shopNo}.`);
    const random = DemoRandom.of('goods', n);
    const categoryNo = assortment ? sectionNo + 1 : drinksCategoryNo;
    return {
      id: String(demoId('goods', n)),
      shopId: String(demoId('shop', shopNo)),
      name,
      description: assortment
        ? `${random.pick(demoPraises)} From our ${assortment.category.toLowerCase()} menu.`
        : 'Chilled, 0.33 l.',
      price: { amountCents: priceCents, currency: 'EUR' },
      categoryIds: [String(demoId('category', categoryNo))],
      available: n % 40 === 0 ? 0 : random.between(20, 300),
      version: 1,
    };
  });
}
