import { randomUUID } from 'node:crypto';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import type { Database, DatabaseOptions } from '@tiffin/lib/engines/database';
import { createInbox } from '@tiffin/lib/events/inbox';
import { createOutbox } from '@tiffin/lib/events/outbox';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import { createParticipant } from '@tiffin/lib/tcc/participant';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy, ownProcess, userWith } from '@tiffin/lib/testing/call-by';
import { sequentialIds } from '@tiffin/lib/testing/sequential-ids';
import { openTestDatabase } from '@tiffin/lib/testing/test-database';
import { User } from '@tiffin/proto/gen/tiffin/account/v1/account';
import type { CampaignAdminServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/campaign_admin';
import type {
  CouponLockServiceService,
  Coupon as CouponMessage,
  CouponServiceService,
} from '@tiffin/proto/gen/tiffin/activity/v1/coupon';
import type { FlashSaleStockServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';
import type { FlashSaleAdminServiceService } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_admin';
import { Goods } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { campaignAdmin } from './admin/campaign-admin.ts';
import { flashSaleAdmin } from './admin/flash-sale-admin.ts';
import { couponApi } from './api/coupon-api.ts';
import { couponLockApi } from './api/coupon-lock-api.ts';
import { flashSaleApi } from './api/flash-sale-api.ts';
import { flashSaleStockApi } from './api/flash-sale-stock-api.ts';
import { CampaignEntity } from './data/campaign-entity.ts';
import { findCampaigns, insertCampaign } from './data/campaign-store.ts';
import { couponBranch } from './data/coupon-branch.ts';
import { CouponEntity } from './data/coupon-entity.ts';
import { flashSaleBranch } from './data/flash-sale-branch.ts';
import { findFlashSales, insertFlashSale } from './data/flash-sale-store.ts';
import type { FlashTicket } from './data/flash-ticket.ts';
import { findTickets, insertTicket } from './data/flash-ticket-store.ts';
import { grantCoupons } from './data/grant-coupons.ts';
import { migrations } from './data/migrations.ts';
import { moveUnits } from './data/move-units.ts';
import type { Campaign } from './domain/campaign.ts';
import type { ActivityDeps } from './domain/deps.ts';
import { type FlashSale, maxStockUnits } from './domain/flash-sale.ts';

/** All doors over one database, beside an account service that knows `customer` and `otherCustomer`. */
export interface ActivityTestBed {
  readonly api: RpcClient<CouponServiceService>;
  readonly locks: RpcClient<CouponLockServiceService>;
  readonly admin: RpcClient<CampaignAdminServiceService>;
  readonly sales: Pick<ReturnType<typeof flashSaleApi>, SaleReads>;
  readonly units: RpcClient<FlashSaleStockServiceService>;
  readonly saleAdmin: RpcClient<FlashSaleAdminServiceService>;
  readonly deps: ActivityDeps;
  readonly clock: VirtualClock;
  /** Every statement outside of a transaction; tests empty it. */
  readonly statements: string[];
  /** A campaign that runs, unless the override says otherwise. */
  addCampaign(override?: Partial<Campaign>): Promise<string>;
  /** The id of a new coupon of a campaign that runs. */
  addCoupon(userId: string, campaignId: string): Promise<string>;
  getCampaign(id: string): Promise<Campaign>;
  /** The coupon as the api shows it now. */
  getCoupon(id: string): Promise<CouponMessage>;
  /** The id of a flash sale of ten units that runs, unless the override says otherwise. */
  addFlashSale(override?: Partial<FlashSale>, stock?: number): Promise<string>;
  getFlashSale(id: string): Promise<FlashSale>;
  /** The id of a ticket that waits. */
  addTicket(flashSaleId: string, userId: string): Promise<string>;
  getTicket(id: string): Promise<FlashTicket>;
  stop(): Promise<void>;
}

type SaleReads = 'batchGetFlashSales' | 'listFlashSales' | 'batchGetFlashSaleTickets';

export const customer = userWith('1', 'CUSTOMER');
export const otherCustomer = userWith('5', 'CUSTOMER');
export const administrator = userWith('3', 'ADMIN');
export const unknownUserId = '999';
export const dayMs = 86_400_000;
const nowMs = 1_900_000_000_123;

const campaign: Omit<Campaign, 'id'> = {
  name: 'Spring',
  trigger: 'MANUAL',
  discount: { amountCents: 250, currency: 'EUR' },
  minimumTotal: { amountCents: 1_500, currency: 'EUR' },
  startsAt: new Date(nowMs - dayMs),
  endsAt: new Date(nowMs + 1_000 * dayMs),
  couponDays: 30,
  maxCoupons: 1_000,
  grantedCoupons: 0,
  version: 1,
};

/** What the shop `goods.shopId` sells. */
export const goods = { id: '70', shopId: '7', price: { amountCents: 1_200, currency: 'EUR' } } as const;

const flashSale: Omit<FlashSale, 'id'> = {
  name: 'One dish for 99 cents',
  shopId: goods.shopId,
  goodsId: goods.id,
  price: { amountCents: 99, currency: 'EUR' },
  startsAt: new Date(nowMs - dayMs),
  endsAt: new Date(nowMs + 10 * dayMs),
  endedAt: undefined,
  rules: [],
  version: 1,
  left: 0,
  reserved: 0,
  sold: 0,
};

/** What `openDatabase` needs beside an engine. */
export const activitySchema = {
  schema: 'activity',
  entities: [CampaignEntity, CouponEntity],
  migrations,
};

/** Without an engine, in memory. Beds on one engine need different `lastId`s, which new ids follow. */
export async function createActivityTestBed(
  engine?: Pick<DatabaseOptions, 'url' | 'poolSize' | 'connectTimeoutMs' | 'statementTimeoutMs'>,
  lastId = 1_000n,
): Promise<ActivityTestBed> {
  const { database, statements, stop } = await openTestDatabase(activitySchema, engine);
  const clock = new VirtualClock(nowMs);
  const ids = sequentialIds(lastId);
  const deps: ActivityDeps = {
    clock,
    database,
    ids,
    idempotency: createIdempotency({ database, clock, metrics: createMetrics() }),
    inbox: createInbox({ database, clock }),
    outbox: createOutbox({ schema: 'activity', clock, newEventId: randomUUID }),
    branches: createParticipant({ database, clock, branch: couponBranch }),
    claims: createParticipant({ database, clock, branch: flashSaleBranch }),
    accounts: fakeAccounts(database),
    goods: fakeGoods(database),
    ticketMoved: () => {},
  };
  const api = couponApi(deps);
  return {
    api,
    locks: couponLockApi(deps),
    admin: campaignAdmin(deps),
    sales: flashSaleApi(deps),
    units: flashSaleStockApi(deps),
    saleAdmin: flashSaleAdmin(deps),
    deps,
    clock,
    statements,
    async addCampaign(override) {
      const id = String(await ids.nextId());
      await insertCampaign(database.fork(), { ...campaign, ...override, id });
      return id;
    },
    async addCoupon(userId, campaignId) {
      const coupons = [{ id: String(await ids.nextId()), campaignId }];
      const [granted] = await grantCoupons(database.fork(), { userId, coupons }, clock.now());
      if (!granted) throw new Error(`Campaign ${campaignId} grants no coupon.`);
      return granted.id;
    },
    async getCampaign(id) {
      const [found] = await findCampaigns(database, [id]);
      if (!found) throw new Error(`There is no campaign ${id}.`);
      return found;
    },
    async getCoupon(id) {
      const { coupons } = await api.batchGetCoupons({ ids: [id] }, callBy(ownProcess));
      const coupon = coupons[0]?.coupon;
      if (!coupon) throw new Error(`There is no coupon ${id}.`);
      return coupon;
    },
    async addFlashSale(override, stock = 10) {
      const sale = { ...flashSale, ...override, id: String(await ids.nextId()) };
      await database.transaction(async (em) => {
        await insertFlashSale(em, sale);
        const move = { flashSaleId: sale.id, delta: stock, reason: 'First stock', actorId: undefined };
        await moveUnits(em, { ...move, atMs: clock.now() }, maxStockUnits);
      });
      return sale.id;
    },
    async getFlashSale(id) {
      const [found] = await findFlashSales(database, [id]);
      if (!found) throw new Error(`There is no flash sale ${id}.`);
      return found;
    },
    async addTicket(flashSaleId, userId) {
      const id = String(await ids.nextId());
      const given = { id, flashSaleId, userId, addressId: '90', queuedAt: new Date(clock.now()) };
      const [sale] = await findFlashSales(database, [flashSaleId]);
      const inserted = await database.transaction((em) => insertTicket(em, given, sale?.version ?? 0));
      if (!inserted) throw new Error(`There is no flash sale ${flashSaleId}.`);
      return inserted.ticket.id;
    },
    async getTicket(id) {
      const [found] = await findTickets(database, [id]);
      if (!found) throw new Error(`There is no ticket ${id}.`);
      return found;
    },
    stop,
  };
}

/** Reads from the database too: it would wait in vain if it were called inside of a transaction. */
export function fakeAccounts(database: Pick<Database, 'ping'>): ActivityDeps['accounts'] {
  const known = [customer.userId, otherCustomer.userId];
  return {
    async batchGetUsers({ ids }) {
      await database.ping();
      return {
        users: ids.map((id) => ({ user: known.includes(id) ? User.fromPartial({ id }) : undefined })),
      };
    },
  };
}

/** Knows `goods`. Reads from the database for the same reason. */
export function fakeGoods(database: Pick<Database, 'ping'>): ActivityDeps['goods'] {
  return {
    async batchGetGoods({ ids }) {
      await database.ping();
      return { goods: ids.map((id) => ({ goods: id === goods.id ? Goods.fromPartial(goods) : undefined })) };
    },
  };
}
