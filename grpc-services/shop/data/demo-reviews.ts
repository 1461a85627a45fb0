import { demoId } from '@tiffin/lib/demo/demo-id';
import { demoNowMs } from '@tiffin/lib/demo/demo-now';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { demoOpinion } from './demo-opinions.ts';
import type { Review } from './review-entity.ts';

const reviewCount = 10_000;
const minReviewsOfShop = 5;
/** The customer whose log-in is printed at the start. */
const demoCustomerNo = 1;
const otherCustomerNos = { first: 43, last: 2_000 };
const reviewedWithinMs = 365 * 86_400_000;

/** In the order of their times, as real ids are: later reviews have higher ids. */
export function demoReviews(shopCount: number): Review[] {
  const random = new DemoRandom(3);
  const reviews = authorsOfShops(shopCount, random).flatMap((authorNos, index) => {
    const usualStars = 3.4 + 1.3 * random.next();
    return [...authorNos].map((authorNo) => {
      const stars = starsAround(usualStars, random);
      return {
        shopId: String(demoId('shop', index + 1)),
        authorId: String(demoId('user', authorNo)),
        stars,
        text: demoOpinion(stars, random),
        createdAt: new Date(demoNowMs - random.between(1, reviewedWithinMs)),
      };
    });
  });
  reviews.sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
  return reviews.map((review, index) => ({ id: String(demoId('review', index + 1)), ...review }));
}

/**
 * Who reviewed each shop, nobody twice: the demo customer every third shop, and a few shops are far more popular than
 * the others.
 */
function authorsOfShops(shopCount: number, random: DemoRandom): Set<number>[] {
  const authors = Array.from({ length: shopCount }, (_, index) =>
    index % 3 === 0 ? new Set([demoCustomerNo]) : new Set<number>(),
  );
  const addAnother = (authorNos: Set<number>) => {
    const sizeBefore = authorNos.size;
    while (authorNos.size === sizeBefore)
      authorNos.add(random.between(otherCustomerNos.first, otherCustomerNos.last));
  };
  for (const authorNos of authors) while (authorNos.size < minReviewsOfShop) addAnother(authorNos);
  let missing = reviewCount - authors.reduce((sum, { size }) => sum + size, 0);
  const popularity = authors.map(() => 0.15 + random.next() ** 3);
  const total = popularity.reduce((sum, share) => sum + share, 0);
  for (const [index, authorNos] of authors.entries()) {
    const share = (popularity[index] ?? 0) / total;
    const isLast = index === authors.length - 1;
    const more = isLast
      ? missing
      : Math.min(missing, Math.floor(share * (reviewCount - minReviewsOfShop * shopCount)));
    for (let count = 0; count < more; count++) addAnother(authorNos);
    missing -= more;
  }
  return authors;
}

/** Most people are content, and a few with anything are not. */
function starsAround(usual: number, random: DemoRandom): number {
  if (random.next() < 0.04) return random.between(1, 2);
  return Math.min(5, Math.max(1, Math.round(usual + 1.6 * (random.next() + random.next() - 1))));
}
