import { type Validator, validate } from '@tiffin/lib/errors/invalid-argument';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { ShopAdminServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop_admin';
import { toShopMessage } from '../api/shop-message.ts';
import { closeShop } from '../domain/close-shop.ts';
import { createShop } from '../domain/create-shop.ts';
import type { ShopDeps } from '../domain/deps.ts';
import { openShop } from '../domain/open-shop.ts';
import { maxAreaChars, maxDescriptionChars, maxNameChars, type ShopChange } from '../domain/shop.ts';
import { updateShop } from '../domain/update-shop.ts';

/** What merchants do to their own shops, and administrators to any. */
export function shopAdmin(deps: ShopDeps): RpcHandlers<ShopAdminServiceService> {
  return {
    async createShop({ idempotencyKey, name, description, categoryId, area }, context) {
      const profile = { name, description, categoryId, area };
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        checkProfile(v, profile);
      });
      return { shop: toShopMessage(await createShop(deps, context, profile)) };
    },

    async updateShop({ idempotencyKey, shopId, version, ...rest }, context) {
      const change = {
        name: rest.name,
        description: rest.description,
        categoryId: rest.categoryId,
        area: rest.area,
      };
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        v.id('shopId', shopId);
        v.version('version', version);
        const isChange = Object.values(change).some((value) => value !== undefined);
        v.check('input', isChange, 'must change the name, the description, the category or the area');
        checkProfile(v, change);
      });
      return { shop: toShopMessage(await updateShop(deps, context, { shopId, version, change })) };
    },

    async openShop({ idempotencyKey, shopId }, context) {
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        v.id('shopId', shopId);
      });
      return { shop: toShopMessage(await openShop(deps, context, shopId)) };
    },

    async closeShop({ idempotencyKey, shopId }, context) {
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        v.id('shopId', shopId);
      });
      return { shop: toShopMessage(await closeShop(deps, context, shopId)) };
    },
  };
}

/** A field that is absent from a change stays, so it needs no check. A new shop lacks none. */
function checkProfile(v: Validator, { name, description, categoryId, area }: ShopChange): void {
  if (name !== undefined) v.length('name', name, 1, maxNameChars);
  if (description !== undefined) v.text('description', description, 0, maxDescriptionChars);
  if (categoryId !== undefined) v.id('categoryId', categoryId);
  if (area !== undefined) v.length('area', area, 1, maxAreaChars);
}
