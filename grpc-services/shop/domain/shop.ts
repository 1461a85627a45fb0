import { AppError } from '@tiffin/lib/errors/app-error';
import type { Shop } from '../data/shop-entity.ts';

export type { Shop } from '../data/shop-entity.ts';
export type { ShopPosition } from '../data/shop-store.ts';

export const maxNameChars = 80;
export const maxDescriptionChars = 2_000;
export const maxAreaChars = 60;

/** What an owner writes about a shop. */
export type ShopProfile = Pick<Shop, 'name' | 'description' | 'categoryId' | 'area'>;

/** What changes; what is absent stays. */
export type ShopChange = { readonly [Field in keyof ShopProfile]?: ShopProfile[Field] | undefined };

/** A shop that nobody has seen yet: closed, without reviews. */
export function newShop(id: string, ownerId: string, profile: ShopProfile): Shop {
  return {
    id,
    ownerId,
    ...profile,
    status: 'CLOSED',
    ratingHundredths: 0,
    reviewCount: 0,
    orderCount: 0,
    version: 1,
  };
}

/**
 * The shop after a change that rests on `version`.
 * @throws AppError VERSION_CONFLICT where the shop has another version by now.
 */
export function changedShop(shop: Shop, version: number, change: ShopChange): Shop {
  if (shop.version !== version) throw new AppError('VERSION_CONFLICT', { currentVersion: shop.version });
  return {
    ...shop,
    name: change.name ?? shop.name,
    description: change.description ?? shop.description,
    categoryId: change.categoryId ?? shop.categoryId,
    area: change.area ?? shop.area,
    version: shop.version + 1,
  };
}

/** The shop taking orders; the very same shop where it did already. */
export function openedShop(shop: Shop): Shop {
  return shop.status === 'OPEN' ? shop : { ...shop, status: 'OPEN', version: shop.version + 1 };
}

/** The shop taking no orders; the very same shop where it took none. */
export function closedShop(shop: Shop): Shop {
  return shop.status === 'CLOSED' ? shop : { ...shop, status: 'CLOSED', version: shop.version + 1 };
}
