import { after, before } from 'node:test';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { keyedCases, type SendKeyed } from '@tiffin/lib/testing/keyed-cases';
import { type RpcErrorCase, testRpcErrorCases } from '@tiffin/lib/testing/rpc-error-cases';
import type { RpcErrorCases } from '@tiffin/proto/gen/rpc-error-codes';
import {
  callByCustomer,
  categoryIds,
  createShopTestBed,
  merchant,
  type ShopTestBed,
} from './shop-test-bed.ts';

let bed: ShopTestBed;
let shopId: string;
before(async () => {
  bed = await createShopTestBed();
  [shopId = ''] = await bed.addShops({});
});
after(() => bed.stop());

const unknownId = '999';
const byCustomer = callByCustomer('11');
const byMerchant = callBy(merchant);
const newShop = { name: 'Umi', description: '', area: 'Nord', categoryId: categoryIds[0] };
const keyed = (context: CallContext, send: SendKeyed) => keyedCases(() => bed.deps, context, send);

testRpcErrorCases('tiffin.shop.v1.ShopService', {
  AddReview: {
    SHOP_NOT_FOUND: () =>
      bed.api.addReview({ ...freshKey, shopId: unknownId, stars: 5, text: '' }, byCustomer),
    ALREADY_REVIEWED: async () => {
      const review = { shopId, stars: 5, text: '' };
      await bed.api.addReview({ ...freshKey, ...review }, byCustomer);
      return bed.api.addReview({ ...freshKey, ...review }, byCustomer);
    },
    REVIEW_NOT_ALLOWED: () =>
      bed.api.addReview({ ...freshKey, shopId, stars: 5, text: '' }, callByCustomer('161')),
    ...keyed(byCustomer, (idempotencyKey, text, context) =>
      bed.api.addReview({ idempotencyKey, shopId, stars: 5, text }, context),
    ),
  },
} satisfies RpcErrorCases<'tiffin.shop.v1.ShopService', RpcErrorCase>);

testRpcErrorCases('tiffin.shop.v1.ShopAdminService', {
  CreateShop: {
    CATEGORY_NOT_FOUND: () =>
      bed.admin.createShop({ ...freshKey, ...newShop, categoryId: unknownId }, byMerchant),
    ...keyed(byMerchant, (idempotencyKey, name, context) =>
      bed.admin.createShop({ idempotencyKey, ...newShop, name }, context),
    ),
  },
  UpdateShop: {
    SHOP_NOT_FOUND: () =>
      bed.admin.updateShop({ ...freshKey, shopId: unknownId, version: 1, area: 'Ost' }, byMerchant),
    CATEGORY_NOT_FOUND: () =>
      bed.admin.updateShop({ ...freshKey, shopId, version: 1, categoryId: unknownId }, byMerchant),
    VERSION_CONFLICT: () =>
      bed.admin.updateShop({ ...freshKey, shopId, version: 7, area: 'Ost' }, byMerchant),
    ...keyed(byMerchant, (idempotencyKey, name, context) =>
      bed.admin.updateShop({ idempotencyKey, shopId, version: 7, name }, context),
    ),
  },
  OpenShop: {
    SHOP_NOT_FOUND: () => bed.admin.openShop({ ...freshKey, shopId: unknownId }, byMerchant),
    ...keyed(byMerchant, (idempotencyKey, body, context) =>
      bed.admin.openShop({ idempotencyKey, shopId: body === 'one' ? shopId : unknownId }, context),
    ),
  },
  CloseShop: {
    SHOP_NOT_FOUND: () => bed.admin.closeShop({ ...freshKey, shopId: unknownId }, byMerchant),
    ...keyed(byMerchant, (idempotencyKey, body, context) =>
      bed.admin.closeShop({ idempotencyKey, shopId: body === 'one' ? shopId : unknownId }, context),
    ),
  },
} satisfies RpcErrorCases<'tiffin.shop.v1.ShopAdminService', RpcErrorCase>);
