import { demoNowMs } from '@tiffin/lib/demo/demo-now';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { demoGoodsCount, demoShopCount } from './demo-menu.ts';

export const demoOrderCount = 20_000;
const dayMs = 86_400_000;
const hourMs = 3_600_000;
const placedWithinDays = 90;

export interface DemoCart {
  readonly shopNo: number;
  /** 1 to 5, of different goods. */
  readonly lines: readonly { readonly goodsNo: number; readonly quantity: number }[];
  readonly placedAtMs: number;
}

/** What the n-th demo order holds. Later orders have higher numbers. */
export function demoCart(orderNo: number): DemoCart {
  const random = DemoRandom.of('cart', orderNo);
  const placedAtMs = placedAt(orderNo, random);
  // The lower of two numbers: some shops are more popular than others.
  const shopNo = Math.min(random.between(1, demoShopCount), random.between(1, demoShopCount));
  const lineCount = random.pick([1, 2, 2, 3, 3, 3, 4, 5]);
  const places = new Set<number>();
  while (places.size < lineCount) places.add(random.between(0, demoGoodsCount / demoShopCount - 1));
  const lines = [...places].map((place) => ({
    goodsNo: shopNo + place * demoShopCount,
    quantity: random.pick([1, 1, 1, 2, 2, 3]),
  }));
  return { shopNo, lines, placedAtMs };
}

/** People order at noon and in the evening, by the clocks of Berlin in summer. */
function placedAt(orderNo: number, random: DemoRandom): number {
  const days = ((orderNo - 1 + random.next()) / demoOrderCount) * placedWithinDays;
  const day = Math.floor(days);
  const share = days - day;
  const hour = share < 0.4 ? 9 + (share / 0.4) * 3.5 : 15 + ((share - 0.4) / 0.6) * 5;
  return demoNowMs + (day - placedWithinDays) * dayMs + Math.floor((hour * hourMs) / 1_000) * 1_000;
}
