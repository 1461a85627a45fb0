import { after, before } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { keyedCases, type SendKeyed } from '@tiffin/lib/testing/keyed-cases';
import { type RpcErrorCase, testRpcErrorCases } from '@tiffin/lib/testing/rpc-error-cases';
import type { RpcErrorCases } from '@tiffin/proto/gen/rpc-error-codes';
import { CouponStatus } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import { TransactionResolution } from '@tiffin/proto/gen/tiffin/order/v1/order_admin';
import { unpaidMs } from './domain/close-unpaid.ts';
import {
  administrator,
  closedShopId,
  customer,
  otherShopId,
  stranger,
  strangersAddressId,
} from './neighbours-test-bed.ts';
import { cartOf, createOrderTestBed, type OrderTestBed } from './order-test-bed.ts';

let bed: OrderTestBed;
let goodsId: string;
before(async () => {
  bed = await createOrderTestBed();
  goodsId = await bed.addGoods(100);
});
after(() => bed.stop());

const unknownId = '999';
const call = callBy(customer);

const keyed = (send: SendKeyed) => keyedCases(() => bed.deps, call, send);
const place = (change: Parameters<typeof cartOf>[1]) => bed.api.placeOrder(cartOf([goodsId], change), call);
const pay = (orderId: string, paymentToken = 'sandbox-ok') =>
  bed.api.payOrder({ ...freshKey, orderId, paymentToken }, call);
const cancel = (orderId: string) => bed.api.cancelOrder({ ...freshKey, orderId }, call);
const complete = (orderId: string) => bed.api.completeOrder({ ...freshKey, orderId }, call);
const euros = (amountCents: number) => ({ amountCents, currency: 'EUR' });

let couponCount = 0;
function placeWithCoupon(status: CouponStatus, userId = customer.userId, minimumCents = 0) {
  const id = String(500 + ++couponCount);
  bed.coupons.add({ id, userId, status, discount: euros(100), minimumTotal: euros(minimumCents) });
  return place({ couponId: id });
}

async function placed(): Promise<string> {
  return (await bed.place([goodsId])).id;
}
async function paid(): Promise<string> {
  const orderId = await placed();
  await pay(orderId);
  return orderId;
}
async function cancelled(): Promise<string> {
  const orderId = await placed();
  await cancel(orderId);
  return orderId;
}
async function closed(): Promise<string> {
  const orderId = await placed();
  await bed.pass(unpaidMs);
  return orderId;
}

testRpcErrorCases('tiffin.order.v1.OrderService', {
  PlaceOrder: {
    EMPTY_CART: () => place({ items: [] }),
    SHOP_NOT_FOUND: () => place({ shopId: unknownId }),
    SHOP_CLOSED: () => place({ shopId: closedShopId }),
    GOODS_NOT_FOUND: () => place({ shopId: otherShopId }),
    ADDRESS_NOT_FOUND: () => place({ addressId: strangersAddressId }),
    PRICE_CHANGED: () => place({ expectedTotal: euros(449) }),
    OUT_OF_STOCK: async () => bed.place([await bed.addGoods(0)]),
    COUPON_NOT_FOUND: () => placeWithCoupon(CouponStatus.AVAILABLE, stranger.userId),
    COUPON_UNAVAILABLE: () => placeWithCoupon(CouponStatus.USED),
    COUPON_EXPIRED: () => placeWithCoupon(CouponStatus.EXPIRED),
    COUPON_MINIMUM_NOT_REACHED: () => placeWithCoupon(CouponStatus.AVAILABLE, customer.userId, 451),
    INSUFFICIENT_FUNDS: () => place({ walletAmount: euros(1) }),
    ...keyed((idempotencyKey, body, context) => {
      const cart = cartOf([goodsId], { idempotencyKey, shopId: body === 'one' ? unknownId : closedShopId });
      return bed.api.placeOrder(cart, context);
    }),
  },
  PayOrder: {
    ORDER_NOT_FOUND: () => pay(unknownId),
    ORDER_ALREADY_PAID: async () => pay(await paid()),
    ORDER_CANCELLED: async () => pay(await cancelled()),
    ORDER_CLOSED: async () => pay(await closed()),
    PAYMENT_DECLINED: async () => pay(await placed(), 'sandbox-declined'),
    ...keyed((idempotencyKey, body, context) => {
      const paymentToken = body === 'one' ? 'sandbox-ok' : 'sandbox-declined';
      return bed.api.payOrder({ idempotencyKey, orderId: unknownId, paymentToken }, context);
    }),
  },
  CancelOrder: {
    ORDER_NOT_FOUND: () => cancel(unknownId),
    ORDER_ALREADY_PAID: async () => cancel(await paid()),
    ORDER_CANCELLED: async () => cancel(await cancelled()),
    ORDER_CLOSED: async () => cancel(await closed()),
    ...keyed((idempotencyKey, body, context) =>
      bed.api.cancelOrder({ idempotencyKey, orderId: body === 'one' ? unknownId : '998' }, context),
    ),
  },
  CompleteOrder: {
    ORDER_NOT_FOUND: () => complete(unknownId),
    ORDER_NOT_DELIVERED: async () => complete(await paid()),
    ...keyed((idempotencyKey, body, context) =>
      bed.api.completeOrder({ idempotencyKey, orderId: body === 'one' ? unknownId : '998' }, context),
    ),
  },
} satisfies RpcErrorCases<'tiffin.order.v1.OrderService', RpcErrorCase>);

const resolve = (idempotencyKey: string, reason: string, context = callBy(administrator)) => {
  const resolution = TransactionResolution.RETRY;
  return bed.admin.resolveTransaction(
    { idempotencyKey, transactionId: unknownId, resolution, reason },
    context,
  );
};

testRpcErrorCases('tiffin.order.v1.OrderAdminService', {
  ResolveTransaction: {
    TRANSACTION_NOT_FOUND: () => resolve(freshKey.idempotencyKey, 'Called them'),
    ...keyedCases(
      () => bed.deps,
      callBy(administrator),
      (key, body, context) => resolve(key, body, context),
    ),
  },
} satisfies RpcErrorCases<'tiffin.order.v1.OrderAdminService', RpcErrorCase>);
