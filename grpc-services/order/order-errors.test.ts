import { after, before } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { keyedCases, type SendKeyed } from '@tiffin/lib/testing/keyed-cases';
import { type RpcErrorCase, testRpcErrorCases } from '@tiffin/lib/testing/rpc-error-cases';
import type { RpcErrorCases } from '@tiffin/proto/gen/rpc-error-codes';
import { closedShopId, customer, otherShopId, strangersAddressId } from './neighbours-test-bed.ts';
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

testRpcErrorCases('tiffin.order.v1.OrderService', {
  PlaceOrder: {
    EMPTY_CART: () => place({ items: [] }),
    SHOP_NOT_FOUND: () => place({ shopId: unknownId }),
    SHOP_CLOSED: () => place({ shopId: closedShopId }),
    GOODS_NOT_FOUND: () => place({ shopId: otherShopId }),
    ADDRESS_NOT_FOUND: () => place({ addressId: strangersAddressId }),
    PRICE_CHANGED: () => place({ expectedTotal: { amountCents: 449, currency: 'EUR' } }),
    OUT_OF_STOCK: async () => bed.place([await bed.addGoods(0)]),
    ...keyed((idempotencyKey, body, context) => {
      const cart = cartOf([goodsId], { idempotencyKey, shopId: body === 'one' ? unknownId : closedShopId });
      return bed.api.placeOrder(cart, context);
    }),
  },
  PayOrder: {
    ORDER_NOT_FOUND: () => pay(unknownId),
    ORDER_ALREADY_PAID: async () => pay(await paid()),
    ORDER_CANCELLED: async () => pay(await cancelled()),
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
    ...keyed((idempotencyKey, body, context) =>
      bed.api.cancelOrder({ idempotencyKey, orderId: body === 'one' ? unknownId : '998' }, context),
    ),
  },
} satisfies RpcErrorCases<'tiffin.order.v1.OrderService', RpcErrorCase>);
