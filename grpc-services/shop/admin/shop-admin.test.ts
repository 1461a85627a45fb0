import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { AppError } from '@tiffin/lib/errors/app-error';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import type { UpdateShopRequest } from '@tiffin/proto/gen/tiffin/shop/v1/shop_admin';
import {
  administrator,
  callByCustomer,
  createShopTestBed,
  customer,
  merchant,
  otherMerchant,
  type ShopTestBed,
} from '../shop-test-bed.ts';

let bed: ShopTestBed;
let shopId: string;
before(async () => {
  bed = await createShopTestBed();
});
after(() => bed.stop());
beforeEach(async () => {
  [shopId = ''] = await bed.addShops({});
});

const profile = { name: 'Umi', description: '', categoryId: '21', area: 'Nord' };
const byMerchant = callBy(merchant);

describe('CreateShop', () => {
  it('makes the caller the owner of a closed, unrated shop', async () => {
    for (const identity of [merchant, administrator]) {
      const { shop } = await bed.admin.createShop({ ...freshKey, ...profile }, callBy(identity));
      assert.ok(shop);
      const { id, ...rest } = shop;
      assert.deepEqual(rest, {
        ownerId: identity.userId,
        name: 'Umi',
        description: '',
        categoryId: '21',
        area: 'Nord',
        status: 'SHOP_STATUS_CLOSED',
        rating: { averageHundredths: 0, reviewCount: 0 },
        orderCount: 0,
        version: 1,
      });
      assert.deepEqual(await bed.getShop(id), shop);
    }
  });

  it('takes nothing but the profile from the request', async () => {
    const request = { ...freshKey, ...profile, ownerId: '99', status: 'OPEN', version: 7 };
    const { shop } = await bed.admin.createShop(request, byMerchant);
    assert.deepEqual(
      [shop?.ownerId, shop?.status, shop?.version],
      [merchant.userId, 'SHOP_STATUS_CLOSED', 1],
    );
  });

  it('refuses customers, nobody, and our own processes, who cannot own a shop', async () => {
    await assert.rejects(
      bed.admin.createShop({ ...freshKey, ...profile }, callBy()),
      failsWith('UNAUTHENTICATED'),
    );
    for (const identity of [customer, ownProcess]) {
      await assert.rejects(
        bed.admin.createShop({ ...freshKey, ...profile }, callBy(identity)),
        failsWith('FORBIDDEN'),
      );
    }
  });

  it('names all broken arguments at once', async () => {
    const broken = {
      idempotencyKey: '',
      name: ' ',
      description: 'a\0',
      categoryId: '',
      area: 'x'.repeat(61),
    };
    await assert.rejects(
      bed.admin.createShop(broken, byMerchant),
      violates('idempotencyKey', 'name', 'description', 'categoryId', 'area'),
    );
  });
});

describe('UpdateShop', () => {
  const update = (change: Partial<UpdateShopRequest>, identity = byMerchant) =>
    bed.admin.updateShop({ ...freshKey, shopId, version: 1, ...change }, identity);

  it('changes what it names and keeps the rest', async () => {
    const before = await bed.getShop(shopId);
    const { shop } = await update({ name: 'Nami', description: '', categoryId: '22' });
    assert.deepEqual(shop, { ...before, name: 'Nami', description: '', categoryId: '22', version: 2 });
    assert.deepEqual(await bed.getShop(shopId), shop);
    const { shop: moved } = await update({ version: 2, area: 'Ost' });
    assert.deepEqual(moved, { ...shop, area: 'Ost', version: 3 });
  });

  it('is open to administrators and our own processes, closed to other merchants, customers and nobody', async () => {
    await update({ area: 'Ost' }, callBy(administrator));
    await update({ version: 2, area: 'West' }, callBy(ownProcess));
    const change = { version: 3, area: 'Nord' };
    await assert.rejects(update(change, callBy(otherMerchant)), failsWith('FORBIDDEN'));
    await assert.rejects(update(change, callBy(customer)), failsWith('FORBIDDEN'));
    await assert.rejects(update(change, callBy()), failsWith('UNAUTHENTICATED'));
    assert.equal((await bed.getShop(shopId)).area, 'West');
  });

  it('does not conflict with reviews, and answers with the rating as it is', async () => {
    const review = { ...freshKey, shopId, stars: 5, text: '' };
    await bed.api.addReview(review, callByCustomer('11'));
    const { shop } = await update({ area: 'Ost' });
    assert.deepEqual(shop?.rating, { averageHundredths: 500, reviewCount: 1 });
  });

  it('lets one of several changes through that rest on the same version', async () => {
    const changes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => update({ name: `Name ${index}` })),
    );
    const refusals = changes.flatMap((change) => (change.status === 'rejected' ? [change.reason] : []));
    assert.equal(refusals.length, 7);
    for (const error of refusals) {
      assert.ok(AppError.is(error, 'VERSION_CONFLICT'), String(error));
      assert.equal(error.detail.currentVersion, 2);
    }
    assert.equal((await bed.getShop(shopId)).version, 2);
  });

  it('refuses an update with nothing to change, and names broken arguments', async () => {
    await assert.rejects(update({}), violates('input'));
    await assert.rejects(update({ name: undefined, area: undefined }), violates('input'));
    await assert.rejects(update({ name: '', area: 'a\nb' }), violates('name', 'area'));
    await assert.rejects(update({ shopId: 'x', version: 0, area: 'Ost' }), violates('shopId', 'version'));
    await assert.rejects(update({ version: 2 ** 31, area: 'Ost' }), violates('version'));
  });
});

describe('OpenShop and CloseShop', () => {
  it('change the status once and the version with it', async () => {
    const steps = [
      [bed.admin.openShop, 'SHOP_STATUS_OPEN', 2],
      [bed.admin.openShop, 'SHOP_STATUS_OPEN', 2],
      [bed.admin.closeShop, 'SHOP_STATUS_CLOSED', 3],
      [bed.admin.closeShop, 'SHOP_STATUS_CLOSED', 3],
    ] as const;
    for (const [rpc, status, version] of steps) {
      const { shop } = await rpc({ ...freshKey, shopId }, byMerchant);
      assert.deepEqual([shop?.status, shop?.version], [status, version]);
      assert.deepEqual(await bed.getShop(shopId), shop);
    }
  });

  it('change the status once when many do the same at once', async () => {
    await Promise.all(
      Array.from({ length: 8 }, () => bed.admin.openShop({ ...freshKey, shopId }, byMerchant)),
    );
    assert.equal((await bed.getShop(shopId)).version, 2);
  });

  it('are open to administrators, closed to other merchants, customers and nobody', async () => {
    await bed.admin.openShop({ ...freshKey, shopId }, callBy(administrator));
    for (const rpc of [bed.admin.openShop, bed.admin.closeShop]) {
      await assert.rejects(rpc({ ...freshKey, shopId }, callBy(otherMerchant)), failsWith('FORBIDDEN'));
      await assert.rejects(rpc({ ...freshKey, shopId }, callBy(customer)), failsWith('FORBIDDEN'));
      await assert.rejects(rpc({ ...freshKey, shopId }, callBy()), failsWith('UNAUTHENTICATED'));
      await assert.rejects(
        rpc({ idempotencyKey: '', shopId: '' }, byMerchant),
        violates('idempotencyKey', 'shopId'),
      );
    }
    assert.equal((await bed.getShop(shopId)).status, 'SHOP_STATUS_OPEN');
  });
});
