import { DemoRandom } from '@tiffin/lib/demo/demo-random';

// A copy of the goods service's file, so that demo orders hold what the demo shops sell for what it costs.
// A test over the whole platform compares them.

export const demoShopCount = 200;
const dishesOfShop = 18;
const drinksOfShop = 7;
export const demoGoodsCount = demoShopCount * (dishesOfShop + drinksOfShop);

/** What the cheapest and the dearest dish of each category usually cost, in cents; drinks come last. */
const usualPrices = [
  [120, 560],
  [890, 1_690],
  [350, 2_490],
  [790, 1_690],
  [690, 1_590],
  [890, 1_790],
  [450, 1_890],
  [790, 1_590],
  [590, 1_690],
  [280, 1_190],
  [220, 590],
  [420, 2_690],
  [220, 450],
] as const;
const categoryCount = usualPrices.length - 1;

/** Both are primes, so that steps of any size meet every dish before they meet one again. */
export const dishesOfCategory = 23;
export const drinkCount = 11;

export interface DemoMenuItem {
  readonly shopNo: number;
  /** From 0; the last section is drinks, the others are the categories. */
  readonly sectionNo: number;
  /** From 0, in the order of the usual prices. */
  readonly dishNo: number;
  readonly priceCents: number;
}

/** What the goods n are: shop s sells the goods s, s + 200, s + 400 …, first its dishes and then its drinks. */
export function demoMenuItem(goodsNo: number): DemoMenuItem {
  const shopNo = ((goodsNo - 1) % demoShopCount) + 1;
  const place = Math.floor((goodsNo - 1) / demoShopCount);
  const isDish = place < dishesOfShop;
  const sectionNo = isDish ? shopNo % categoryCount : categoryCount;
  const choices = isDish ? dishesOfCategory : drinkCount;
  const menu = DemoRandom.of(isDish ? 'dishes' : 'drinks', shopNo);
  const first = menu.between(0, choices - 1);
  const step = menu.between(1, choices - 1);
  const dishNo = (first + place * step) % choices;
  return { shopNo, sectionNo, dishNo, priceCents: priceOf(goodsNo, sectionNo, dishNo / (choices - 1)) };
}

/** Most dishes cost little more than the cheapest. Up to a tenth more or less than usual, in steps of ten cents. */
function priceOf(goodsNo: number, sectionNo: number, rank: number): number {
  const [cheapest, dearest] = usualPrices[sectionNo] ?? [0, 0];
  const usual = cheapest + (dearest - cheapest) * rank * rank;
  return Math.round((usual * DemoRandom.of('price', goodsNo).between(90, 110)) / 1_000) * 10;
}
