import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { Parts } from '@tiffin/lib/tcc/coordinator';
import type { RemoteParticipant } from '@tiffin/lib/tcc/second-phase';
import type { FundsServiceService } from '@tiffin/proto/gen/tiffin/account/v1/wallet';
import type { CouponLockServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
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
}

/** As a type and no interface: it has an index signature, as `Participants` asks for. */
export type OrderParticipants = {
  readonly stock: RemoteParticipant<{ readonly items: { goodsId: string; quantity: number }[] }>;
  readonly coupon: RemoteParticipant<{ readonly userId: string; readonly couponId: string }>;
  readonly funds: RemoteParticipant<{ readonly userId: string; readonly amount: Money }>;
};

/** The services behind their names in the log of transactions. The transaction's id is that of the order. */
export function orderParticipants({ stock, coupon, funds }: ParticipantClients): OrderParticipants {
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
  };
}

/** What an order takes from each. */
export function partsOf({ items, userId, couponId, walletAmount }: Order): Parts<OrderParticipants> {
  return {
    stock: { items: items.map(({ goodsId, quantity }) => ({ goodsId, quantity })) },
    coupon: couponId === undefined ? undefined : { userId, couponId },
    funds: walletAmount.amountCents === 0 ? undefined : { userId, amount: walletAmount },
  };
}
