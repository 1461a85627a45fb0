import { AccountServiceService } from '@tiffin/proto/gen/tiffin/account/v1/account';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { OrderServiceService } from '@tiffin/proto/gen/tiffin/order/v1/order';
import { ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { TrackingServiceService } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import fastify from 'fastify';
import { bestShops } from './bff/best-shops.ts';
import type { BffClients } from './bff/clients.ts';
import { lookAround } from './bff/look-around.ts';
import { myOrders } from './bff/my-orders.ts';
import { reportReady } from './child.ts';
import { openServiceClients } from './service-clients.ts';

// A backend for one frontend as one would write it by hand: a function for each screen, the fewest rpcs, no GraphQL.

const { client, callOf } = await openServiceClients();
const clients: BffClients = {
  account: client(AccountServiceService),
  goods: client(GoodsServiceService),
  order: client(OrderServiceService),
  shop: client(ShopServiceService),
  tracking: client(TrackingServiceService),
};

type Screen = (
  clients: BffClients,
  variables: never,
  call: Awaited<ReturnType<typeof callOf>>,
) => Promise<unknown>;
const screens: Readonly<Record<string, Screen>> = {
  MyOrders: myOrders,
  MyOrdersLonger: myOrders,
  BestShops: bestShops,
  LookAround: lookAround,
};

interface Body {
  readonly operationName: string;
  readonly variables: never;
}

const app = fastify();
app.post<{ Body: Body }>('/graphql', async ({ headers, body }) => {
  const screen = screens[body.operationName];
  if (!screen) throw new Error(`There is no screen ${body.operationName}.`);
  const call = await callOf(headers.authorization, screen === lookAround);
  return { data: await screen(clients, body.variables, call) };
});
reportReady({ gateway: await app.listen({ port: 0, host: '127.0.0.1' }) });
