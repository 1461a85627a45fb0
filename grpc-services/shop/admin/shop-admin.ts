import { type Validator, validate } from '@tiffin/lib/errors/invalid-argument';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { Shop as ShopMessage } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { ShopAdminServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop_admin';
import { toShopMessage } from '../api/shop-message.ts';
import { closeShop } from '../domain/close-shop.ts';
import { createShop } from '../domain/create-shop.ts';
import type { ShopDeps } from '../domain/deps.ts';
import { openShop } from '../domain/open-shop.ts';
import {
  maxAreaChars,
  maxDescriptionChars,
  maxNameChars,
  type Shop,
  type ShopChange,
} from '../domain/shop.ts';
import { updateShop } from '../domain/update-shop.ts';

/** What merchants do to their own shops, and administrators to any. */
export function shopAdmin(deps: ShopDeps): RpcHandlers<ShopAdminServiceService> {
  return {
    async createShop(request, context) {
      const { idempotencyKey, name, description, categoryId, area } = request;
      const profile = { name, description, categoryId, area };
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        checkProfile(v, profile);
      });
      return deps.idempotency.run(ShopAdminServiceService.createShop, request, context, {
        execute: (effect) => createShop(deps, context, profile, effect),
        respond: toShopAnswer,
      });
    },

    async updateShop(request, context) {
      const { idempotencyKey, shopId, version, ...rest } = request;
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
      return deps.idempotency.run(ShopAdminServiceService.updateShop, request, context, {
        execute: (effect) => updateShop(deps, context, { shopId, version, change }, effect),
        respond: toShopAnswer,
      });
    },

    async openShop(request, context) {
      const { idempotencyKey, shopId } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        v.id('shopId', shopId);
      });
      return deps.idempotency.run(ShopAdminServiceService.openShop, request, context, {
        execute: (effect) => openShop(deps, context, shopId, effect),
        respond: toShopAnswer,
      });
    },

    async closeShop(request, context) {
      const { idempotencyKey, shopId } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', idempotencyKey);
        v.id('shopId', shopId);
      });
      return deps.idempotency.run(ShopAdminServiceService.closeShop, request, context, {
        execute: (effect) => closeShop(deps, context, shopId, effect),
        respond: toShopAnswer,
      });
    },
  };
}

function toShopAnswer(shop: Shop): { shop: ShopMessage } {
  return { shop: toShopMessage(shop) };
}

/** A field that is absent from a change stays, so it needs no check. A new shop lacks none. */
function checkProfile(v: Validator, { name, description, categoryId, area }: ShopChange): void {
  if (name !== undefined) v.length('name', name, 1, maxNameChars);
  if (description !== undefined) v.text('description', description, 0, maxDescriptionChars);
  if (categoryId !== undefined) v.id('categoryId', categoryId);
  if (area !== undefined) v.length('area', area, 1, maxAreaChars);
}
