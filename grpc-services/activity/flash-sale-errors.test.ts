import { after, before } from 'node:test';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { keyedCases, type SendKeyed } from '@tiffin/lib/testing/keyed-cases';
import { type RpcErrorCase, testRpcErrorCases } from '@tiffin/lib/testing/rpc-error-cases';
import type { RpcErrorCases } from '@tiffin/proto/gen/rpc-error-codes';
import { FlashSaleFields } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_admin';
import {
  type ActivityTestBed,
  administrator,
  createActivityTestBed,
  customer,
  dayMs,
  goods,
} from './activity-test-bed.ts';

let bed: ActivityTestBed;
/** It runs. */
let runningId: string;
before(async () => {
  bed = await createActivityTestBed();
  runningId = await bed.addFlashSale();
});
after(() => bed.stop());

const call = callBy(administrator);
const own = callBy(ownProcess);
const { userId } = customer;
const unknownId = '999';
const keyed = (send: SendKeyed) => keyedCases(() => bed.deps, call, send);
const fieldsNamed = (name: string) =>
  FlashSaleFields.fromPartial({
    name,
    goodsId: goods.id,
    price: goods.price,
    startsAt: new Date(0),
    endsAt: new Date(1),
  });
const fields = fieldsNamed('Sale');
const ofUnknownGoods = { ...fields, goodsId: '71' };
const addUpcoming = () => bed.addFlashSale({ startsAt: new Date(bed.clock.now() + dayMs) });
const flashSaleIdOf = (body: 'one' | 'other') => (body === 'one' ? '998' : '997');
let lastOrderId = 0;
const newOrderId = () => String(++lastOrderId);
const ordered = async (stock = 1) => {
  const flashSaleId = await bed.addFlashSale({}, stock);
  const claim = { orderId: newOrderId(), ticketId: await bed.addTicket(flashSaleId, userId) };
  await bed.units.claimUnit(claim, own);
  return { flashSaleId, ...claim };
};

testRpcErrorCases('tiffin.activity.v1.FlashSaleAdminService', {
  CreateFlashSale: {
    GOODS_NOT_FOUND: () =>
      bed.saleAdmin.createFlashSale({ ...freshKey, fields: ofUnknownGoods, stock: 1 }, call),
    ...keyed((idempotencyKey, name, context) =>
      bed.saleAdmin.createFlashSale({ idempotencyKey, fields: fieldsNamed(name), stock: 1 }, context),
    ),
  },
  UpdateFlashSale: {
    FLASH_SALE_NOT_FOUND: () =>
      bed.saleAdmin.updateFlashSale({ ...freshKey, flashSaleId: unknownId, version: 1, fields }, call),
    FLASH_SALE_STARTED: () =>
      bed.saleAdmin.updateFlashSale({ ...freshKey, flashSaleId: runningId, version: 1, fields }, call),
    VERSION_CONFLICT: async () => {
      const flashSaleId = await addUpcoming();
      return bed.saleAdmin.updateFlashSale({ ...freshKey, flashSaleId, version: 7, fields }, call);
    },
    GOODS_NOT_FOUND: async () => {
      const flashSaleId = await addUpcoming();
      const change = { ...freshKey, flashSaleId, version: 1, fields: ofUnknownGoods };
      return bed.saleAdmin.updateFlashSale(change, call);
    },
    ...keyed((idempotencyKey, name, context) =>
      bed.saleAdmin.updateFlashSale(
        { idempotencyKey, flashSaleId: unknownId, version: 1, fields: fieldsNamed(name) },
        context,
      ),
    ),
  },
  EndFlashSale: {
    FLASH_SALE_NOT_FOUND: () => bed.saleAdmin.endFlashSale({ ...freshKey, flashSaleId: unknownId }, call),
    ...keyed((idempotencyKey, body, context) =>
      bed.saleAdmin.endFlashSale({ idempotencyKey, flashSaleId: flashSaleIdOf(body) }, context),
    ),
  },
  AdjustFlashSaleStock: {
    FLASH_SALE_NOT_FOUND: () =>
      bed.saleAdmin.adjustFlashSaleStock(
        { ...freshKey, flashSaleId: unknownId, delta: 1, reason: 'Count' },
        call,
      ),
    SOLD_OUT: () =>
      bed.saleAdmin.adjustFlashSaleStock(
        { ...freshKey, flashSaleId: runningId, delta: -11, reason: 'Count' },
        call,
      ),
    ...keyed((idempotencyKey, reason, context) =>
      bed.saleAdmin.adjustFlashSaleStock(
        { idempotencyKey, flashSaleId: unknownId, delta: 1, reason },
        context,
      ),
    ),
  },
  DeleteFlashSale: {
    FLASH_SALE_NOT_FOUND: () => bed.saleAdmin.deleteFlashSale({ ...freshKey, flashSaleId: unknownId }, call),
    FLASH_SALE_STARTED: () => bed.saleAdmin.deleteFlashSale({ ...freshKey, flashSaleId: runningId }, call),
    ...keyed((idempotencyKey, body, context) =>
      bed.saleAdmin.deleteFlashSale({ idempotencyKey, flashSaleId: flashSaleIdOf(body) }, context),
    ),
  },
} satisfies RpcErrorCases<'tiffin.activity.v1.FlashSaleAdminService', RpcErrorCase>);

testRpcErrorCases('tiffin.activity.v1.FlashSaleStockService', {
  ClaimUnit: {
    SOLD_OUT: async () => {
      const { flashSaleId } = await ordered();
      const ticketId = await bed.addTicket(flashSaleId, '5');
      return bed.units.claimUnit({ orderId: newOrderId(), ticketId }, own);
    },
    ALREADY_JOINED: async () => {
      const { ticketId } = await ordered(2);
      return bed.units.claimUnit({ orderId: newOrderId(), ticketId }, own);
    },
    TRANSACTION_ENDED: async () => {
      const { orderId, ticketId } = await ordered();
      await bed.units.returnUnit({ orderId }, own);
      return bed.units.claimUnit({ orderId, ticketId }, own);
    },
  },
  SellUnit: {
    TRANSACTION_ENDED: () => bed.units.sellUnit({ orderId: newOrderId() }, own),
  },
  ReturnUnit: {
    TRANSACTION_ENDED: async () => {
      const { orderId } = await ordered();
      await bed.units.sellUnit({ orderId }, own);
      return bed.units.returnUnit({ orderId }, own);
    },
  },
} satisfies RpcErrorCases<'tiffin.activity.v1.FlashSaleStockService', RpcErrorCase>);
