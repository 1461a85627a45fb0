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
import type { ParticipantClients } from './domain/participants.ts';
import { FakeCoupons } from './testing/fake-coupons.ts';
import { FakeFlashSales } from './testing/fake-flash-sales.ts';
import { FakeFunds } from './testing/fake-funds.ts';

/** What happens outside of the order service, and `commit`: each of its own transactions. */
export type Step =
  | 'batchGetShops'
  | 'batchGetGoods'
  | 'batchGetAddresses'
  | 'batchGetCoupons'
  | 'commit'
  | keyof ParticipantClients['stock']
  | keyof ParticipantClients['coupon']
  | keyof ParticipantClients['funds']
  | keyof ParticipantClients['flashSale']
  | 'batchGetFlashSaleTickets'
  | 'endTicket';

/** Comes between a step and its caller, who waits for it and gets what it throws: `after` loses only the answer. */
export type Fault = (step: Step, when: Moment) => void | Promise<void>;
export type Moment = 'before' | 'after';

/** The steps that happened, the faults that tests put into them, and the death of the process in the midst of them. */
export class WatchedSteps {
  /** In the order in which they began; tests empty it. */
  readonly begun: Step[] = [];
  fault: Fault = () => {};
  #count = 0;
  #death: { step: number; when: Moment } | undefined;
  #isDead = false;

  run<Answer>(step: Step, work: () => Promise<Answer>): Promise<Answer> {
    this.begun.push(step);
    return this.live(async () => {
      await this.fault(step, 'before');
      const answer = await work();
      await this.fault(step, 'after');
      return answer;
    });
  }

  /** Any step, statements too. Nothing happens while the process is dead; what was under way gets no answer. */
  async live<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const step = this.#count++;
    this.#meet(step, 'before');
    const answer = await work();
    this.#meet(step, 'after');
    return answer;
  }

  watch<Request, Answer>(step: Step, call: (request: Request, context: CallContext) => Promise<Answer>) {
    return (request: Request, context: CallContext) => this.run(step, () => call(request, context));
  }

  /** Has the process die at a step of those that come: 0 is the next. */
  dieAt(step: number, when: Moment): void {
    this.#death = { step: this.#count + step, when };
  }

  /** Another process goes on. False where the last one did not come to its death. */
  revive(): boolean {
    const wasDead = this.#isDead;
    this.#isDead = false;
    this.#death = undefined;
    return wasDead;
  }

  #meet(step: number, when: Moment): void {
    if (this.#death?.step === step && this.#death.when === when) this.#isDead = true;
    if (this.#isDead) throw new Error('The process is dead.');
  }
}

/**
 * What the order service calls: the goods service behind its rpc server, with a database of its own; a shop service
 * that knows three shops; an account service that knows three addresses and some wallets; coupons.
 */
export interface Neighbours {
  readonly clients: Pick<OrderDeps, 'shops' | 'goods' | 'accounts' | 'coupons' | 'tickets' | 'flashSales'>;
  readonly participants: ParticipantClients;
  readonly goods: GoodsTestBed;
  readonly funds: FakeFunds;
  readonly coupons: FakeCoupons;
  readonly flashSales: FakeFlashSales;
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
export const administratorsAddressId = '33';
const addresses = [
  { id: addressId, userId: customer.userId, lines: home },
  { id: strangersAddressId, userId: stranger.userId, lines: { ...home, street: 'Hafenplatz 2' } },
  { id: administratorsAddressId, userId: administrator.userId, lines: home },
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
  const funds = new FakeFunds();
  const coupons = new FakeCoupons();
  const flashSales = new FakeFlashSales();
  return {
    funds,
    coupons,
    flashSales,
    participants: {
      stock: {
        reserveStock: steps.watch('reserveStock', stockClient.reserveStock),
        deductStock: steps.watch('deductStock', stockClient.deductStock),
        releaseStock: steps.watch('releaseStock', stockClient.releaseStock),
      },
      coupon: {
        lockCoupon: steps.watch('lockCoupon', coupons.lockCoupon),
        useCoupon: steps.watch('useCoupon', coupons.useCoupon),
        unlockCoupon: steps.watch('unlockCoupon', coupons.unlockCoupon),
      },
      funds: {
        holdFunds: steps.watch('holdFunds', funds.holdFunds),
        captureFunds: steps.watch('captureFunds', funds.captureFunds),
        releaseFunds: steps.watch('releaseFunds', funds.releaseFunds),
      },
      flashSale: {
        claimUnit: steps.watch('claimUnit', flashSales.claimUnit),
        sellUnit: steps.watch('sellUnit', flashSales.sellUnit),
        returnUnit: steps.watch('returnUnit', flashSales.returnUnit),
      },
    },
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
      coupons: { batchGetCoupons: steps.watch('batchGetCoupons', coupons.batchGetCoupons) },
      tickets: {
        batchGetFlashSaleTickets: steps.watch(
          'batchGetFlashSaleTickets',
          flashSales.batchGetFlashSaleTickets,
        ),
      },
      flashSales: { endTicket: steps.watch('endTicket', flashSales.endTicket) },
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
