import { cancelOrder } from './mutations/cancel-order.ts';
import { completeOrder } from './mutations/complete-order.ts';
import { payOrder } from './mutations/pay-order.ts';
import { placeOrder } from './mutations/place-order.ts';
import { reportDelivery } from './mutations/report-delivery.ts';
import { resolveTransaction } from './mutations/resolve-transaction.ts';
import { order } from './queries/order.ts';
import { stuckTransactions } from './queries/stuck-transactions.ts';
import { enumResolvers, type StrictResolvers } from './resolvers.gen.ts';
import { Delivery } from './types/delivery.ts';
import { Order } from './types/order.ts';
import { OrderItem } from './types/order-item.ts';
import { OrderStep } from './types/order-step.ts';
import { StuckTransaction } from './types/stuck-transaction.ts';
import { User } from './types/user.ts';

export const resolvers: StrictResolvers = {
  ...enumResolvers,
  Query: { order, stuckTransactions },
  Mutation: { placeOrder, payOrder, cancelOrder, completeOrder, reportDelivery, resolveTransaction },
  Order,
  OrderStep,
  Delivery,
  OrderItem,
  StuckTransaction,
  User,
};
