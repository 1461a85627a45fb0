import { demoId } from '@tiffin/lib/demo/demo-id';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import type { Database } from '@tiffin/lib/engines/database';
import { fillEmptyTables } from '@tiffin/lib/engines/fill-empty-tables';
import { insertRows } from '@tiffin/lib/engines/insert-rows';
import { type Progress, pieceByPiece, silentProgress } from '@tiffin/lib/service/progress';
import { demoAreas, demoKitchens, demoManners } from './demo-catalogue.ts';
import { demoReviews } from './demo-reviews.ts';
import { ReviewEntity } from './review-entity.ts';
import { type Shop, ShopEntity } from './shop-entity.ts';

const shopCount = 200;
/** The customer whose log-in is printed at the start. */
const demoCustomerNo = 1;
/** The users who own shops, five each; the first is the merchant whose log-in is printed at the start. */
const ownerNos = [2, ...Array.from({ length: 39 }, (_, index) => index + 4)];

/**
 * Fills empty tables with 200 shops, their reviews, and the ratings that follow from those. All or nothing; tables that
 * hold anything are left alone. True where it filled them.
 */
export function insertDemoData(database: Database, progress: Progress = silentProgress): Promise<boolean> {
  return fillEmptyTables(database, ['shop.shop'], async (em) => {
    const shops = demoShops();
    const reviews = demoReviews(shopCount);
    const inserted = pieceByPiece(progress, shops.length + reviews.length);
    await insertRows(em, ShopEntity, shops, inserted);
    await insertRows(em, ReviewEntity, reviews, inserted);
    await em.execute(
      `update shop.shop set rating_sum = reviewed.stars, review_count = reviewed.reviews
       from (select shop_id, sum(stars) as stars, count(*) as reviews from shop.review group by shop_id) as reviewed
       where shop.id = reviewed.shop_id`,
    );
    // Whoever wrote a review had received an order; the customer whose log-in is printed has been everywhere.
    await em.execute(
      `insert into shop.reviewer (shop_id, user_id)
       select shop_id, author_id from shop.review union select id, ?::bigint from shop.shop`,
      [String(demoId('user', demoCustomerNo))],
    );
  });
}

/** Shop n has the category number (n % 12) + 1. */
export function demoShops(): Omit<Shop, 'ratingHundredths' | 'reviewCount' | 'orderCount'>[] {
  return Array.from({ length: shopCount }, (_, index) => {
    const n = index + 1;
    const random = DemoRandom.of('shop', n);
    const categoryNo = (n % demoKitchens.length) + 1;
    const kitchen = demoKitchens[categoryNo - 1];
    const name = kitchen?.names[Math.floor(index / demoKitchens.length)];
    const ownerNo = ownerNos[index % ownerNos.length];
    if (!kitchen || !name || !ownerNo) throw new Error(`The demo catalogue has no name for shop ${n}.`);
    return {
      id: String(demoId('shop', n)),
      ownerId: String(demoId('user', ownerNo)),
      name,
      description: `${random.pick(kitchen.promises)} ${random.pick(demoManners)}`,
      categoryId: String(demoId('category', categoryNo)),
      area: random.pick(demoAreas),
      status: n % 10 === 0 ? 'CLOSED' : 'OPEN',
      version: 1,
    };
  });
}
