import { after, before } from 'node:test';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { keyedCases, type SendKeyed } from '@tiffin/lib/testing/keyed-cases';
import { type RpcErrorCase, testRpcErrorCases } from '@tiffin/lib/testing/rpc-error-cases';
import type { RpcErrorCases } from '@tiffin/proto/gen/rpc-error-codes';
import { CampaignFields } from '@tiffin/proto/gen/tiffin/activity/v1/campaign_admin';
import {
  type ActivityTestBed,
  administrator,
  createActivityTestBed,
  customer,
  dayMs,
  unknownUserId,
} from './activity-test-bed.ts';
import { callOf, type JoinTestBed, openJoinTestBed } from './join-test-bed.ts';

let bed: ActivityTestBed;
let campaignId: string;
before(async () => {
  bed = await createActivityTestBed();
  campaignId = await bed.addCampaign();
});
after(() => bed.stop());

const call = callBy(administrator);
const own = callBy(ownProcess);
const { userId } = customer;
const unknownId = '999';
const keyed = (send: SendKeyed) => keyedCases(() => bed.deps, call, send);
const fieldsNamed = (name: string) =>
  CampaignFields.fromPartial({
    name,
    trigger: 'CAMPAIGN_TRIGGER_MANUAL',
    discount: { amountCents: 100, currency: 'EUR' },
    minimumTotal: { amountCents: 0, currency: 'EUR' },
    startsAt: new Date(0),
    endsAt: new Date(1),
    couponDays: 1,
    maxCoupons: 1_000,
  });
const fields = fieldsNamed('Spring');
const locked = async () => {
  const [orderId, couponId] = [newOrderId(), await bed.addCoupon(userId, campaignId)];
  await bed.locks.lockCoupon({ orderId, userId, couponId }, own);
  return { orderId, userId, couponId };
};
let lastOrderId = 0;
const newOrderId = () => String(++lastOrderId);

testRpcErrorCases('tiffin.activity.v1.CampaignAdminService', {
  CreateCampaign: {
    ...keyed((idempotencyKey, name, context) =>
      bed.admin.createCampaign({ idempotencyKey, fields: fieldsNamed(name) }, context),
    ),
  },
  UpdateCampaign: {
    CAMPAIGN_NOT_FOUND: () =>
      bed.admin.updateCampaign({ ...freshKey, campaignId: unknownId, version: 1, fields }, call),
    VERSION_CONFLICT: () => bed.admin.updateCampaign({ ...freshKey, campaignId, version: 7, fields }, call),
    ...keyed((idempotencyKey, name, context) =>
      bed.admin.updateCampaign(
        { idempotencyKey, campaignId, version: 7, fields: fieldsNamed(name) },
        context,
      ),
    ),
  },
  EndCampaign: {
    CAMPAIGN_NOT_FOUND: () => bed.admin.endCampaign({ ...freshKey, campaignId: unknownId }, call),
    ...keyed((idempotencyKey, body, context) =>
      bed.admin.endCampaign({ idempotencyKey, campaignId: body === 'one' ? '998' : '997' }, context),
    ),
  },
  GrantCoupon: {
    CAMPAIGN_NOT_FOUND: () => bed.admin.grantCoupon({ ...freshKey, campaignId: unknownId, userId }, call),
    CAMPAIGN_ENDED: async () => {
      const endedId = await bed.addCampaign({ endsAt: new Date(bed.clock.now()) });
      return bed.admin.grantCoupon({ ...freshKey, campaignId: endedId, userId }, call);
    },
    USER_NOT_FOUND: () => bed.admin.grantCoupon({ ...freshKey, campaignId, userId: unknownUserId }, call),
    ...keyed((idempotencyKey, body, context) =>
      bed.admin.grantCoupon({ idempotencyKey, campaignId, userId: body === 'one' ? userId : '5' }, context),
    ),
  },
} satisfies RpcErrorCases<'tiffin.activity.v1.CampaignAdminService', RpcErrorCase>);

testRpcErrorCases('tiffin.activity.v1.CouponLockService', {
  LockCoupon: {
    COUPON_NOT_FOUND: () => bed.locks.lockCoupon({ orderId: newOrderId(), userId, couponId: unknownId }, own),
    COUPON_UNAVAILABLE: async () => bed.locks.lockCoupon({ ...(await locked()), orderId: newOrderId() }, own),
    COUPON_EXPIRED: async () => {
      const couponId = await bed.addCoupon(userId, campaignId);
      await bed.clock.advance(31 * dayMs);
      return bed.locks.lockCoupon({ orderId: newOrderId(), userId, couponId }, own);
    },
    TRANSACTION_ENDED: async () => {
      const lock = await locked();
      await bed.locks.unlockCoupon(lock, own);
      return bed.locks.lockCoupon(lock, own);
    },
  },
  UseCoupon: {
    TRANSACTION_ENDED: () => bed.locks.useCoupon({ orderId: newOrderId() }, own),
  },
  UnlockCoupon: {
    TRANSACTION_ENDED: async () => {
      const lock = await locked();
      await bed.locks.useCoupon(lock, own);
      return bed.locks.unlockCoupon(lock, own);
    },
  },
} satisfies RpcErrorCases<'tiffin.activity.v1.CouponLockService', RpcErrorCase>);

let joins: JoinTestBed;
before(async () => {
  joins = await openJoinTestBed();
});
after(() => joins.stop());
const join = (flashSaleId: string, token = 'x') =>
  joins.api.joinFlashSale({ flashSaleId, token, addressId: '7' }, callOf(userId));
const tokenFor = (flashSaleId: string) => joins.api.flashSaleToken({ flashSaleId }, callOf(userId));
const upcoming = () => joins.addSale(1, { startsAt: new Date(joins.bed.clock.now() + 1_000) });
const over = () => joins.addSale(1, { endsAt: new Date(joins.bed.clock.now()) });

testRpcErrorCases('tiffin.activity.v1.FlashSaleService', {
  FlashSaleToken: {
    FLASH_SALE_NOT_FOUND: () => tokenFor(unknownId),
    NOT_STARTED: async () => tokenFor(await upcoming()),
    ENDED: async () => tokenFor(await over()),
  },
  JoinFlashSale: {
    FLASH_SALE_NOT_FOUND: () => join(unknownId),
    NOT_STARTED: async () => join(await upcoming()),
    ENDED: async () => join(await over()),
    FLASH_SALE_TOKEN_INVALID: async () => join(await joins.addSale(1)),
    SOLD_OUT: async () => {
      const saleId = await joins.addSale(1);
      await joins.join(saleId, '11');
      return joins.join(saleId, userId);
    },
    ALREADY_JOINED: async () => {
      const saleId = await joins.addSale(1);
      await joins.join(saleId, userId);
      return joins.join(saleId, userId);
    },
    ACCESS_DENIED: async () => {
      const rules = [{ rule: { $case: 'pastOrders', value: { minOrders: 1 } } } as const];
      const saleId = await joins.addSale(1, { rules });
      joins.verdict = { isAllowed: false, failedRule: 'ACCESS_RULE_KIND_PAST_ORDERS', reason: 'No orders.' };
      return joins.join(saleId, userId);
    },
  },
} satisfies RpcErrorCases<'tiffin.activity.v1.FlashSaleService', RpcErrorCase>);
