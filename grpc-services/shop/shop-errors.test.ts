import { after, before } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { type RpcErrorCase, testRpcErrorCases } from '@tiffin/lib/testing/rpc-error-cases';
import type { RpcErrorCases } from '@tiffin/proto/gen/rpc-error-codes';
import { callByCustomer, createShopTestBed, merchant, type ShopTestBed } from './shop-test-bed.ts';

let bed: ShopTestBed;
let shopId: string;
before(async () => {
  bed = await createShopTestBed();
  [shopId = ''] = await bed.addShops({});
});
after(() => bed.stop());

const unknownId = '999';
const key = { idempotencyKey: 'k' };
const byCustomer = callByCustomer('11');
const byMerchant = callBy(merchant);
const newShop = { ...key, name: 'Umi', description: '', area: 'Nord' };

testRpcErrorCases('tiffin.shop.v1.ShopService', {
  AddReview: {
    SHOP_NOT_FOUND: () => bed.api.addReview({ ...key, shopId: unknownId, stars: 5, text: '' }, byCustomer),
    ALREADY_REVIEWED: async () => {
      const review = { ...key, shopId, stars: 5, text: '' };
      await bed.api.addReview(review, byCustomer);
      return bed.api.addReview(review, byCustomer);
    },
  },
} satisfies RpcErrorCases<'tiffin.shop.v1.ShopService', RpcErrorCase>);

testRpcErrorCases('tiffin.shop.v1.ShopAdminService', {
  CreateShop: {
    CATEGORY_NOT_FOUND: () => bed.admin.createShop({ ...newShop, categoryId: unknownId }, byMerchant),
  },
  UpdateShop: {
    SHOP_NOT_FOUND: () =>
      bed.admin.updateShop({ ...key, shopId: unknownId, version: 1, area: 'Ost' }, byMerchant),
    CATEGORY_NOT_FOUND: () =>
      bed.admin.updateShop({ ...key, shopId, version: 1, categoryId: unknownId }, byMerchant),
    VERSION_CONFLICT: () => bed.admin.updateShop({ ...key, shopId, version: 7, area: 'Ost' }, byMerchant),
  },
  OpenShop: {
    SHOP_NOT_FOUND: () => bed.admin.openShop({ ...key, shopId: unknownId }, byMerchant),
  },
  CloseShop: {
    SHOP_NOT_FOUND: () => bed.admin.closeShop({ ...key, shopId: unknownId }, byMerchant),
  },
} satisfies RpcErrorCases<'tiffin.shop.v1.ShopAdminService', RpcErrorCase>);
