import { type Shop as ShopMessage, ShopStatus } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import type { Shop } from '../domain/shop.ts';

/** A shop as both doors hand it out. */
export function toShopMessage({ ratingHundredths, reviewCount, status, ...shop }: Shop): ShopMessage {
  return {
    ...shop,
    status: ShopStatus[status],
    rating: { averageHundredths: ratingHundredths, reviewCount },
  };
}
