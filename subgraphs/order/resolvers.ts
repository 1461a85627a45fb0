import { cancelOrder } from './mutations/cancel-order.ts';
import { payOrder } from './mutations/pay-order.ts';
import { placeOrder } from './mutations/place-order.ts';
import { order } from './queries/order.ts';
import { enumResolvers, type StrictResolvers } from './resolvers.gen.ts';
import { Order } from './types/order.ts';
import { OrderItem } from './types/order-item.ts';
import { User } from './types/user.ts';

export const resolvers: StrictResolvers = {
  ...enumResolvers,
  Query: { order },
  Mutation: { placeOrder, payOrder, cancelOrder },
  Order,
  OrderItem,
  User,
};
