import { insertGoods } from '@tiffin/goods/data/goods-store';
import { moveStock } from '@tiffin/goods/data/move-stock';
import { createGoodsTestBed, type GoodsTestBed } from '@tiffin/goods/goods-test-bed';
import type { Clock } from '@tiffin/lib/clock/clock';
import type { DatabaseOptions } from '@tiffin/lib/engines/database';
import { hasRole } from '@tiffin/lib/identity/require-role';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { createInProcessTransport } from '@tiffin/lib/rpc/in-process-transport';
import { RecordedCalls } from '@tiffin/lib/rpc/recorded-calls';
import { bindRpc, type RpcBinding } from '@tiffin/lib/rpc/rpc-binding';
import { createRpcClient } from '@tiffin/lib/rpc/rpc-client';
import { createRpcServer } from '@tiffin/lib/rpc/rpc-server';
import type { RpcClient, ServiceDefinition } from '@tiffin/lib/rpc/service';
import { callBy, userWith } from '@tiffin/lib/testing/call-by';
import { sequentialIds } from '@tiffin/lib/testing/sequential-ids';
import { rpcErrorCodes } from '@tiffin/proto/gen/rpc-error-codes';
import { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { StockServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/stock';
import { Shop, ShopStatus } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import type { OrderDeps } from './domain/deps.ts';

/** What happens outside of the order service while an order is placed; `insertOrder` is its own transaction. */
export type Step =
  | 'batchGetShops'
  | 'batchGetGoods'
  | 'batchGetAddresses'
  | 'reserveStock'
  | 'insertOrder'
  | 'releaseStock';

/** Comes between a step and its caller. What it throws, the caller gets: `after` loses only the answer. */
export type Fault = (step: Step, when: 'before' | 'after') => void;

/** The steps that happened, and the faults that tests put into them. */
export class WatchedSteps {
  /** In the order in which they began; tests empty it. */
  readonly begun: Step[] = [];
  fault: Fault = () => {};

  async run<Answer>(step: Step, work: () => Promise<Answer>): Promise<Answer> {
    this.begun.push(step);
    this.fault(step, 'before');
    const answer = await work();
    this.fault(step, 'after');
    return answer;
  }

  watch<Request, Answer>(step: Step, call: (request: Request, context: CallContext) => Promise<Answer>) {
    return (request: Request, context: CallContext) => this.run(step, () => call(request, context));
  }
}

/**
 * What the order service calls: the goods service behind its rpc server, with a database of its own; a shop service
 * that knows three shops; an account service that knows two addresses.
 */
export interface Neighbours {
  readonly clients: Pick<OrderDeps, 'shops' | 'goods' | 'accounts'> & {
    readonly stock: Pick<RpcClient<StockServiceService>, 'reserveStock' | 'releaseStock'>;
  };
  readonly goods: GoodsTestBed;
  /** Goods of the open shop, for 4.50 EUR, with so many units in stock. */
  addGoods(units: number, change?: Partial<GoodsTraits>): Promise<string>;
  available(goodsId: string): Promise<number>;
}

interface GoodsTraits {
  readonly shopId: string;
  readonly amountCents: number;
  readonly currency: string;
}

export const openShopId = '7';
export const otherShopId = '8';
export const closedShopId = '9';
const shops = [
  Shop.fromPartial({ id: openShopId, status: ShopStatus.OPEN }),
  Shop.fromPartial({ id: otherShopId, status: ShopStatus.OPEN }),
  Shop.fromPartial({ id: closedShopId, status: ShopStatus.CLOSED }),
];

export const customer = userWith('1', 'CUSTOMER');
export const stranger = userWith('4', 'CUSTOMER', 'MERCHANT');
export const administrator = userWith('3', 'ADMIN', 'CUSTOMER');
export const home = {
  label: 'Home',
  street: 'Torstraße 1',
  city: 'Berlin',
  postalCode: '10119',
  area: 'Mitte',
};
export const addressId = '31';
export const strangersAddressId = '32';
const addresses = [
  { id: addressId, userId: customer.userId, lines: home },
  { id: strangersAddressId, userId: stranger.userId, lines: { ...home, street: 'Hafenplatz 2' } },
];

/** Without an engine, in memory. */
export async function createNeighbours(
  clock: Clock,
  steps: WatchedSteps,
  engine?: Pick<DatabaseOptions, 'url'>,
): Promise<Neighbours> {
  const goods = await createGoodsTestBed(engine);
  const goodsIds = sequentialIds(100n);
  const goodsClient = rpcClient(clock, GoodsServiceService, bindRpc(GoodsServiceService, goods.api));
  const stockClient = rpcClient(clock, StockServiceService, bindRpc(StockServiceService, goods.stock));
  return {
    clients: {
      shops: {
        batchGetShops: steps.watch('batchGetShops', async ({ ids }) => ({
          shops: ids.map((id) => ({ shop: shops.find((shop) => shop.id === id) })),
        })),
      },
      goods: { batchGetGoods: steps.watch('batchGetGoods', goodsClient.batchGetGoods) },
      accounts: {
        batchGetAddresses: steps.watch('batchGetAddresses', async ({ ids }, { identity }) => {
          const isSeen = (userId: string) =>
            hasRole(identity, 'ADMIN') || (identity.kind === 'user' && identity.userId === userId);
          const find = (id: string) => addresses.find((one) => one.id === id && isSeen(one.userId));
          return { addresses: ids.map((id) => ({ address: find(id) })) };
        }),
      },
      stock: {
        reserveStock: steps.watch('reserveStock', stockClient.reserveStock),
        releaseStock: steps.watch('releaseStock', stockClient.releaseStock),
      },
    },
    goods,
    async addGoods(units, { shopId = openShopId, amountCents = 450, currency = 'EUR' } = {}) {
      const { database } = goods.deps;
      const id = String(await goodsIds.nextId());
      const price = { amountCents, currency };
      const bread = { id, shopId, name: 'Bread', description: '', price, categoryIds: [] };
      await insertGoods(database.fork(), { ...bread, available: 0, version: 1 });
      const delivery = { goodsId: id, delta: units, reason: 'Delivery', actorId: undefined };
      if (units > 0) await moveStock(database.fork(), { ...delivery, atMs: clock.now() }, 1_000_000);
      return id;
    },
    async available(goodsId) {
      const { goods: slots } = await goods.api.batchGetGoods({ ids: [goodsId] }, callBy());
      return slots[0]?.goods?.available ?? Number.NaN;
    },
  };
}

/** A client of a service in this process, with the interceptors of both sides. */
export function rpcClient<const Service extends ServiceDefinition>(
  clock: Clock,
  definition: Service,
  binding: RpcBinding,
): RpcClient<Service> {
  const { metrics, logger } = new RecordedCalls();
  const observe = { clock, metrics, logger };
  const server = createRpcServer({ ...observe, services: [binding], declaredCodes: rpcErrorCodes });
  return createRpcClient(definition, createInProcessTransport(server), { ...observe, timeoutMs: 60_000 });
}
