import { adjustFlashSaleStock } from './mutations/adjust-flash-sale-stock.ts';
import { cancelOrder } from './mutations/cancel-order.ts';
import { completeOrder } from './mutations/complete-order.ts';
import { createFlashSale } from './mutations/create-flash-sale.ts';
import { deleteFlashSale } from './mutations/delete-flash-sale.ts';
import { endFlashSale } from './mutations/end-flash-sale.ts';
import { flashSaleToken } from './mutations/flash-sale-token.ts';
import { joinFlashSale } from './mutations/join-flash-sale.ts';
import { payOrder } from './mutations/pay-order.ts';
import { placeOrder } from './mutations/place-order.ts';
import { reportDelivery } from './mutations/report-delivery.ts';
import { resolveTransaction } from './mutations/resolve-transaction.ts';
import { updateFlashSale } from './mutations/update-flash-sale.ts';
import { flashSale } from './queries/flash-sale.ts';
import { flashSaleTicket } from './queries/flash-sale-ticket.ts';
import { flashSales } from './queries/flash-sales.ts';
import { managedFlashSale } from './queries/managed-flash-sale.ts';
import { managedFlashSales } from './queries/managed-flash-sales.ts';
import { order } from './queries/order.ts';
import { stuckTransactions } from './queries/stuck-transactions.ts';
import { enumResolvers, type StrictResolvers } from './resolvers.gen.ts';
import { Delivery } from './types/delivery.ts';
import { FlashSale } from './types/flash-sale.ts';
import { FlashSaleTicket } from './types/flash-sale-ticket.ts';
import { ManagedFlashSale } from './types/managed-flash-sale.ts';
import { Order } from './types/order.ts';
import { OrderItem } from './types/order-item.ts';
import { OrderStep } from './types/order-step.ts';
import { StuckTransaction } from './types/stuck-transaction.ts';
import { User } from './types/user.ts';

export const resolvers: StrictResolvers = {
  ...enumResolvers,
  Query: {
    order,
    stuckTransactions,
    flashSales,
    flashSale,
    flashSaleTicket,
    managedFlashSales,
    managedFlashSale,
  },
  Mutation: {
    placeOrder,
    payOrder,
    cancelOrder,
    completeOrder,
    reportDelivery,
    resolveTransaction,
    flashSaleToken,
    joinFlashSale,
    createFlashSale,
    updateFlashSale,
    endFlashSale,
    adjustFlashSaleStock,
    deleteFlashSale,
  },
  Order,
  OrderStep,
  Delivery,
  OrderItem,
  FlashSale,
  FlashSaleTicket,
  ManagedFlashSale,
  StuckTransaction,
  User,
};
