import { demoId } from '@tiffin/lib/demo/demo-id';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import type { Database } from '@tiffin/lib/engines/database';
import { fillEmptyTables } from '@tiffin/lib/engines/fill-empty-tables';
import { demoAreas, demoKitchens, demoOpinions } from './demo-catalogue.ts';
import { type Review, ReviewEntity } from './review-entity.ts';
import { type Shop, ShopEntity } from './shop-entity.ts';

const shopCount = 50;
/** The users who own shops; the first is the merchant whose log-in is printed at the start. */
const ownerNumbers = [2, 4, 5, 6, 7, 8, 9, 10] as const;
/** The customer whose log-in is printed at the start: has reviewed every shop. */
const demoCustomerNumber = 1;
const otherCustomerNumbers = Array.from({ length: 190 }, (_, index) => index + 11);
const dayMs = 86_400_000;
const firstReviewMs = Date.UTC(2025, 0, 1);
const reviewSpanMs = 360 * dayMs;

/**
 * Fills empty tables with 50 shops, their reviews, and the ratings that follow from those. All or nothing; tables that
 * hold anything are left alone. True where it filled them.
 */
export function insertDemoData(database: Database): Promise<boolean> {
  return fillEmptyTables(database, ['shop.shop'], async (em) => {
    await em.insertMany(ShopEntity, demoShops());
    await em.insertMany(ReviewEntity, demoReviews());
    await em.execute(
      `update shop.shop set rating_sum = reviewed.stars, review_count = reviewed.reviews
       from (select shop_id, sum(stars) as stars, count(*) as reviews from shop.review group by shop_id) as reviewed
       where shop.id = reviewed.shop_id`,
    );
  });
}

/** Shop n has the category number (n % 12) + 1. */
export function demoShops(): Omit<Shop, 'ratingHundredths' | 'reviewCount'>[] {
  const random = new DemoRandom(2);
  return Array.from({ length: shopCount }, (_, index) => {
    const n = index + 1;
    const categoryNumber = (n % demoKitchens.length) + 1;
    const kitchen = demoKitchens[categoryNumber - 1];
    const name = kitchen?.names[Math.floor(index / demoKitchens.length)];
    if (!kitchen || !name) throw new Error(`The demo catalogue has no name for shop ${n}.`);
    const ownerNumber = ownerNumbers[n % ownerNumbers.length] ?? ownerNumbers[0];
    return {
      id: String(demoId('shop', n)),
      ownerId: String(demoId('user', ownerNumber)),
      name,
      description: kitchen.description,
      categoryId: String(demoId('category', categoryNumber)),
      area: random.pick(demoAreas),
      status: n % 10 === 0 ? 'CLOSED' : 'OPEN',
      version: 1,
    };
  });
}

/** Each shop has 5 to 30 reviews by different customers. Later reviews have higher ids, as real ones. */
export function demoReviews(): Review[] {
  const random = new DemoRandom(3);
  const reviews = Array.from({ length: shopCount }, (_, index) => reviewsOfShop(index + 1, random)).flat();
  reviews.sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
  return reviews.map((review, index) => ({ id: String(demoId('review', index + 1)), ...review }));
}

function reviewsOfShop(shopNumber: number, random: DemoRandom): Omit<Review, 'id'>[] {
  const usualStars = random.between(30, 48) / 10;
  const strangers = otherCustomerNumbers.slice();
  const others = Array.from({ length: random.between(4, 29) }, () => {
    const [stranger = 0] = strangers.splice(random.between(0, strangers.length - 1), 1);
    return stranger;
  });
  return [demoCustomerNumber, ...others].map((authorNumber) => {
    const stars = Math.min(5, Math.max(1, Math.round(usualStars + 3 * (random.next() - 0.5))));
    return {
      shopId: String(demoId('shop', shopNumber)),
      authorId: String(demoId('user', authorNumber)),
      stars,
      text: random.pick(demoOpinions[stars] ?? ['']),
      createdAt: new Date(firstReviewMs + random.between(0, reviewSpanMs)),
    };
  });
}
