import { demoId } from '@tiffin/lib/demo/demo-id';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import type { Database } from '@tiffin/lib/engines/database';
import { fillEmptyTables } from '@tiffin/lib/engines/fill-empty-tables';
import { CategoryEntity } from './category-entity.ts';
import { type DemoAssortment, demoAssortments, demoDrinks } from './demo-catalogue.ts';
import { type Goods, GoodsEntity, goodsColumnsOf } from './goods-entity.ts';

const shopCount = 50;
const goodsCount = 1_000;
const dishesOfShop = 14;
const drinksCategoryNo = 1 + demoAssortments.findIndex(({ category }) => category === 'Coffee & Drinks');

/**
 * Fills empty tables with 12 categories and 1,000 goods, and opens the stock ledger of each. All or nothing; tables
 * that hold anything are left alone. True where it filled them.
 */
export function insertDemoData(database: Database, nowMs: number): Promise<boolean> {
  return fillEmptyTables(database, ['goods.category', 'goods.goods'], async (em) => {
    await em.insertMany(CategoryEntity, demoCategories());
    await em.insertMany(GoodsEntity, demoGoods().map(goodsColumnsOf));
    await em.execute(
      `insert into goods.stock_entry (goods_id, delta, balance_after, reason, created_at)
       select id, available, available, 'Opening stock', ?::timestamptz from goods.goods where available > 0 order by id`,
      [new Date(nowMs).toISOString()],
    );
  });
}

function demoCategories() {
  return demoAssortments.map(({ category }, index) => ({ id: categoryId(index + 1), name: category }));
}

/** Goods n belong to shop ((n - 1) % 50) + 1; shop s has category (s % 12) + 1. */
export function demoGoods(): Goods[] {
  const random = new DemoRandom(1);
  const assortments = Array.from({ length: shopCount }, (_, index) => shopAssortment(index + 1, random));
  return Array.from({ length: goodsCount }, (_, index): Goods => {
    const n = index + 1;
    const shopNo = (index % shopCount) + 1;
    const item = assortments[shopNo - 1]?.[Math.floor(index / shopCount)];
    if (!item) throw new Error(`The demo catalogue has too few dishes for shop ${shopNo}.`);
    return {
      id: String(demoId('goods', n)),
      shopId: String(demoId('shop', shopNo)),
      ...item,
      available: n % 40 === 0 ? 0 : random.between(20, 300),
      version: 1,
    };
  });
}

type DemoItem = Pick<Goods, 'name' | 'description' | 'price' | 'categoryIds'>;

/** Dishes of the shop's category and drinks, 20 in all, no name twice. */
function shopAssortment(shopNo: number, random: DemoRandom): DemoItem[] {
  const categoryNo = (shopNo % demoAssortments.length) + 1;
  const { category, dishes } = demoAssortments[categoryNo - 1] ?? { category: '', dishes: [] };
  const chosen = shuffled(dishes, random).slice(0, dishesOfShop);
  const drinks = shuffled(demoDrinks, random).slice(0, goodsCount / shopCount - dishesOfShop);
  const item = (
    [name, usualCents]: DemoAssortment['dishes'][number],
    description: string,
    categoryNo: number,
  ) => ({
    name,
    description,
    // Up to a tenth cheaper or dearer than usual, in steps of ten cents.
    price: { amountCents: Math.round((usualCents * random.between(90, 110)) / 1_000) * 10, currency: 'EUR' },
    categoryIds: [categoryId(categoryNo)],
  });
  return [
    ...chosen.map((dish) =>
      item(dish, `${random.pick(praises)} From our ${category.toLowerCase()} menu.`, categoryNo),
    ),
    ...drinks.map((drink) => item(drink, 'Chilled, 0.33 l.', drinksCategoryNo)),
  ];
}

const praises = [
  'Made to order.',
  'A favourite of our regulars.',
  'Our own recipe.',
  'Fresh every day.',
  'Made with produce from the region.',
  'Generous portion.',
] as const;

/** Fisher-Yates. */
function shuffled<Item>(items: readonly Item[], random: DemoRandom): Item[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(random.between(0, rest.length - 1), 1));
}

const categoryId = (n: number) => String(demoId('category', n));
