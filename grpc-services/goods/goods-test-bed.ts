import { randomUUID } from 'node:crypto';
import type { Cache } from '@tiffin/lib/cache/cache';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import type { Database, DatabaseOptions } from '@tiffin/lib/engines/database';
import { createOutbox } from '@tiffin/lib/events/outbox';
import { createIdempotency } from '@tiffin/lib/idempotency/idempotency';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import { createParticipant } from '@tiffin/lib/tcc/participant';
import { createMetrics } from '@tiffin/lib/telemetry/metrics';
import { userWith } from '@tiffin/lib/testing/call-by';
import { noCache } from '@tiffin/lib/testing/no-cache';
import { sequentialIds } from '@tiffin/lib/testing/sequential-ids';
import { openTestDatabase } from '@tiffin/lib/testing/test-database';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { GoodsAdminServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods_admin';
import type { StockServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/stock';
import { Shop } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { goodsAdmin } from './admin/goods-admin.ts';
import { goodsApi } from './api/goods-api.ts';
import { stockApi } from './api/stock-api.ts';
import { CategoryEntity } from './data/category-entity.ts';
import { GoodsEntity } from './data/goods-entity.ts';
import { migrations } from './data/migrations.ts';
import { stockBranch } from './data/stock-branch.ts';
import type { GoodsDeps } from './domain/deps.ts';

/** A cache, and what it is to be told of. */
export interface TestCache extends Pick<DatabaseOptions, 'onStaleKeys'> {
  readonly cache: Pick<Cache, 'find'>;
}

/** All doors over one database, beside a shop service that knows two shops. */
export interface GoodsTestBed {
  readonly api: RpcClient<GoodsServiceService>;
  readonly admin: RpcClient<GoodsAdminServiceService>;
  readonly stock: RpcClient<StockServiceService>;
  readonly deps: GoodsDeps;
  readonly clock: VirtualClock;
  /** Every statement outside of a transaction; tests empty it. */
  readonly statements: string[];
  stop(): Promise<void>;
}

export const shopId = '7';
export const otherShopId = '8';
/** Ids and names are in opposite order. */
export const categories = [
  { id: '21', name: 'Soup' },
  { id: '22', name: 'Pizza' },
  { id: '23', name: 'Äpfel' },
  { id: '24', name: 'Curry' },
] as const;

/** Owns the shop `shopId`. */
export const merchant = userWith('2', 'CUSTOMER', 'MERCHANT');
/** Owns the shop `otherShopId`. */
export const otherMerchant = userWith('4', 'CUSTOMER', 'MERCHANT');
export const administrator = userWith('3', 'ADMIN');
export const customer = userWith('1', 'CUSTOMER');

/** What `openDatabase` needs beside an engine. */
export const goodsSchema = { schema: 'goods', entities: [GoodsEntity, CategoryEntity], migrations };

/** Without an engine, in memory; without a cache, each read reads the database. */
export async function createGoodsTestBed(
  engine?: Pick<DatabaseOptions, 'url'>,
  { cache, onStaleKeys }: TestCache = { cache: noCache },
): Promise<GoodsTestBed> {
  const schema = { ...goodsSchema, ...(onStaleKeys && { onStaleKeys }) };
  const { database, statements, stop } = await openTestDatabase(schema, engine);
  await database.fork().insertMany(CategoryEntity, [...categories]);
  const clock = new VirtualClock(1_900_000_000_000);
  const deps: GoodsDeps = {
    clock,
    database,
    cache,
    ids: sequentialIds(),
    idempotency: createIdempotency({ database, clock, metrics: createMetrics() }),
    outbox: createOutbox({ schema: 'goods', clock, newEventId: randomUUID }),
    branches: createParticipant({ database, clock, branch: stockBranch }),
    shops: fakeShops(database),
  };
  return {
    api: goodsApi(deps),
    admin: goodsAdmin(deps),
    stock: stockApi(deps),
    deps,
    clock,
    statements,
    stop,
  };
}

/** Reads from the database too: it would wait in vain if it were called inside of a transaction. */
export function fakeShops(database: Pick<Database, 'ping'>): GoodsDeps['shops'] {
  const owners = new Map([
    [shopId, merchant.userId],
    [otherShopId, otherMerchant.userId],
  ]);
  return {
    async batchGetShops({ ids }) {
      await database.ping();
      return {
        shops: ids.map((id) => {
          const ownerId = owners.get(id);
          return ownerId === undefined ? { shop: undefined } : { shop: Shop.fromPartial({ id, ownerId }) };
        }),
      };
    },
  };
}
