import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Parts } from '@tiffin/lib/tcc/coordinator';
import type { RemoteParticipant } from '@tiffin/lib/tcc/second-phase';
import type { FundsServiceService } from '@tiffin/proto/gen/tiffin/account/v1/wallet';
import type { CouponLockServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import type { FlashSaleStockServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import type { StockServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/stock';
import type { Money, Order } from './order.ts';
import { onOwnBehalf } from './own-behalf.ts';

/** What takes part in the transaction that an order is. */
export interface ParticipantClients {
  readonly stock: Pick<
    RpcClient<typeof StockServiceService>,
    'reserveStock' | 'deductStock' | 'releaseStock'
  >;
  readonly coupon: Pick<
    RpcClient<typeof CouponLockServiceService>,
    'lockCoupon' | 'useCoupon' | 'unlockCoupon'
  >;
  readonly funds: Pick<RpcClient<typeof FundsServiceService>, 'holdFunds' | 'captureFunds' | 'releaseFunds'>;
  readonly flashSale: Pick<
    RpcClient<typeof FlashSaleStockServiceService>,
    'claimUnit' | 'sellUnit' | 'returnUnit'
  >;
}

/** As a type and no interface: it has an index signature, as `Participants` asks for. */
export type OrderParticipants = {
  readonly stock: RemoteParticipant<{ readonly items: { goodsId: string; quantity: number }[] }>;
  readonly coupon: RemoteParticipant<{ readonly userId: string; readonly couponId: string }>;
  readonly funds: RemoteParticipant<{ readonly userId: string; readonly amount: Money }>;
  readonly flashSale: RemoteParticipant<{ readonly ticketId: string }>;
};

/** The services behind their names in the log of transactions. The transaction's id is that of the order. */
export function orderParticipants(clients: ParticipantClients): OrderParticipants {
  const { stock, coupon, funds, flashSale } = clients;
  const own = (call: CallContext) => onOwnBehalf(call);
  return {
    stock: {
      try: (orderId, { items }, call) => stock.reserveStock({ orderId, items }, own(call)),
      confirm: (orderId, call) => stock.deductStock({ orderId }, call),
      cancel: (orderId, call) => stock.releaseStock({ orderId }, call),
    },
    coupon: {
      try: (orderId, locked, call) => coupon.lockCoupon({ orderId, ...locked }, own(call)),
      confirm: (orderId, call) => coupon.useCoupon({ orderId }, call),
      cancel: (orderId, call) => coupon.unlockCoupon({ orderId }, call),
    },
    funds: {
      try: (orderId, held, call) => funds.holdFunds({ orderId, ...held }, own(call)),
      confirm: (orderId, call) => funds.captureFunds({ orderId }, call),
      cancel: (orderId, call) => funds.releaseFunds({ orderId }, call),
    },
    flashSale: {
      try: (orderId, { ticketId }, call) => flashSale.claimUnit({ orderId, ticketId }, own(call)),
      confirm: (orderId, call) => flashSale.sellUnit({ orderId }, call),
      cancel: (orderId, call) => flashSale.returnUnit({ orderId }, call),
    },
  };
}

/** What an order takes from each. The units of a flash sale are a stock of their own. */
export function partsOf(order: Order): Parts<OrderParticipants> {
  const { items, userId, couponId, walletAmount, flashSale } = order;
  if (flashSale) return { flashSale: { ticketId: flashSale.ticketId } };
  return {
    stock: { items: items.map(({ goodsId, quantity }) => ({ goodsId, quantity })) },
    coupon: couponId === undefined ? undefined : { userId, couponId },
    funds: walletAmount.amountCents === 0 ? undefined : { userId, amount: walletAmount },
  };
}
