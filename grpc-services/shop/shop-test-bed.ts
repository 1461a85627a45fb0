import { randomUUID } from 'node:crypto';
import type { Cache } from '@tiffin/lib/cache/cache';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { bigintArray } from '@tiffin/lib/engines/bigint-array';
import type { Database, DatabaseOptions } from '@tiffin/lib/engines/database';
import { createInbox } from '@tiffin/lib/events/inbox';
import { createOutbox } from '@tiffin/lib/events/outbox';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { callBy, userWith } from '@tiffin/lib/testing/call-by';
import { noCache } from '@tiffin/lib/testing/no-cache';
import { sequentialIds } from '@tiffin/lib/testing/sequential-ids';
import { openTestDatabase } from '@tiffin/lib/testing/test-database';
import type { Shop, ShopServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import type { ShopAdminServiceService } from '@tiffin/proto/gen/tiffin/shop/v1/shop_admin';
import { shopAdmin } from './admin/shop-admin.ts';
import { shopApi } from './api/shop-api.ts';
import { migrations } from './data/migrations.ts';
import { ReviewEntity } from './data/review-entity.ts';
import { ShopEntity } from './data/shop-entity.ts';
import type { ShopDeps } from './domain/deps.ts';

/** A cache, and what it is to be told of. */
export interface TestCache extends Pick<DatabaseOptions, 'onStaleKeys'> {
  readonly cache: Pick<Cache, 'find'>;
}

/** Both doors over one database, beside a goods service that knows `categoryIds`. */
export interface ShopTestBed {
  readonly api: RpcClient<ShopServiceService>;
  readonly admin: RpcClient<ShopAdminServiceService>;
  readonly deps: ShopDeps;
  readonly clock: VirtualClock;
  /** Every statement outside of a transaction; tests empty it. */
  readonly statements: string[];
  /** Shops that the merchant owns, one for each override, in their order. The users 1 to 160 may review them. */
  addShops(...overrides: Partial<NewShopRow>[]): Promise<string[]>;
  /** The shop as the api shows it now. */
  getShop(id: string): Promise<Shop>;
  stop(): Promise<void>;
}

type NewShopRow = typeof shopRow;

export const categoryIds = ['21', '22'] as const;
export const merchant = userWith('2', 'CUSTOMER', 'MERCHANT');
export const otherMerchant = userWith('4', 'CUSTOMER', 'MERCHANT');
export const administrator = userWith('3', 'ADMIN');
export const customer = userWith('1', 'CUSTOMER');

const shopRow = {
  ownerId: merchant.userId,
  name: 'Forno Bello',
  description: 'Wood fire.',
  categoryId: '21',
  area: 'Mitte',
  status: 'CLOSED' as 'OPEN' | 'CLOSED',
  ratingSum: 0,
  reviewCount: 0,
  version: 1,
};

/** What `openDatabase` needs beside an engine. */
export const shopSchema = { schema: 'shop', entities: [ShopEntity, ReviewEntity], migrations };

/** Without an engine, in memory; without a cache, each read reads the database. Beds on one engine need different `lastId`s, which new ids follow. */
export async function createShopTestBed(
  engine?: Pick<DatabaseOptions, 'url'>,
  lastId = 1_000n,
  { cache, onStaleKeys }: TestCache = { cache: noCache },
): Promise<ShopTestBed> {
  const schema = { ...shopSchema, ...(onStaleKeys && { onStaleKeys }) };
  const { database, statements, stop } = await openTestDatabase(schema, engine);
  const ids = sequentialIds(lastId);
  const clock = new VirtualClock(1_900_000_000_123);
  const deps: ShopDeps = {
    clock,
    database,
    cache,
    ids,
    idempotency: createIdempotency({ database, clock, metrics: createMetrics() }),
    outbox: createOutbox({ schema: 'shop', clock, newEventId: randomUUID }),
    inbox: createInbox({ database, clock }),
    goods: fakeGoods(database),
  };
  const api = shopApi(deps);
  return {
    api,
    admin: shopAdmin(deps),
    deps,
    clock,
    statements,
    async addShops(...overrides) {
      const rows = await Promise.all(
        overrides.map(async (override) => ({ ...shopRow, ...override, id: String(await ids.nextId()) })),
      );
      await database.fork().insertMany(ShopEntity, rows);
      const shopIds = bigintArray(rows.map(({ id }) => id));
      await database.transaction((em) =>
        em.execute(
          `insert into shop.reviewer (shop_id, user_id)
           select shop_id, user_id from unnest(?::bigint[]) as shop_id, generate_series(1, 160) as user_id`,
          [shopIds],
        ),
      );
      return rows.map(({ id }) => id);
    },
    async getShop(id) {
      const { shops } = await api.batchGetShops({ ids: [id] }, callBy());
      const shop = shops[0]?.shop;
      if (!shop) throw new Error(`There is no shop ${id}.`);
      return shop;
    },
    stop,
  };
}

export function callByCustomer(userId: string): CallContext {
  return callBy(userWith(userId, 'CUSTOMER'));
}

/** Reads from the database too: it would wait in vain if it were called inside of a transaction. */
function fakeGoods(database: Database): ShopDeps['goods'] {
  return {
    async batchGetCategories({ ids }) {
      await database.ping();
      const known = (id: string) => categoryIds.some((categoryId) => categoryId === id);
      return { categories: ids.map((id) => ({ category: known(id) ? { id, name: 'Pizza' } : undefined })) };
    },
  };
}
