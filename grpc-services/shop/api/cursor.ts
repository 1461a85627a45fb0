import { isId } from '@tiffin/lib/errors/invalid-argument';
import type { Review } from '../domain/review.ts';
import type { ShopPosition } from '../domain/shop.ts';

/** Cursors are the sort key of an item as opaque text: clients hand them back and read nothing in them. */
const encode = (sortKey: string) => Buffer.from(sortKey).toString('base64url');
const decode = (cursor: string) => Buffer.from(cursor, 'base64url').toString();

/** Far more than a sort key needs. */
const maxCursorChars = 100;
const shopKeyPattern = /^(\d{1,3})\/(\d+)$/;

export function shopCursor({ ratingHundredths, id }: ShopPosition): string {
  return encode(`${ratingHundredths}/${id}`);
}

/** The place that `shopCursor` wrote down, or undefined for any other text. */
export function readShopCursor(cursor: string): ShopPosition | undefined {
  if (cursor.length > maxCursorChars) return undefined;
  const [, rating, id] = shopKeyPattern.exec(decode(cursor)) ?? [];
  return id !== undefined && isId(id) ? { ratingHundredths: Number(rating), id } : undefined;
}

export function reviewCursor({ id }: Pick<Review, 'id'>): string {
  return encode(id);
}

/** The id that `reviewCursor` wrote down, or undefined for any other text. */
export function readReviewCursor(cursor: string): string | undefined {
  if (cursor.length > maxCursorChars) return undefined;
  const id = decode(cursor);
  return isId(id) ? id : undefined;
}
