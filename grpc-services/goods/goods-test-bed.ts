import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { type Database, openDatabase } from '@tiffin/lib/engines/database';
import { openEmbeddedPostgres } from '@tiffin/lib/engines/embedded-postgres';
import { anonymous, type Identity, type Role } from '@tiffin/lib/identity/identity';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import type { GoodsServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { GoodsAdminServiceService } from '@tiffin/proto/gen/tiffin/goods/v1/goods_admin';
import { Shop } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { goodsAdmin } from './admin/goods-admin.ts';
import { goodsApi } from './api/goods-api.ts';
import { CategoryEntity } from './data/category-entity.ts';
import { GoodsEntity } from './data/goods-entity.ts';
import { migrations } from './data/migrations.ts';
import type { GoodsDeps } from './domain/deps.ts';

/** Both doors over a database in memory, beside a shop service that knows two shops. */
export interface GoodsTestBed {
  readonly api: RpcClient<GoodsServiceService>;
  readonly admin: RpcClient<GoodsAdminServiceService>;
  readonly deps: GoodsDeps;
  /** Every SQL statement outside of a transaction since the last `clear`. */
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
export const merchant = user('2', 'CUSTOMER', 'MERCHANT');
/** Owns the shop `otherShopId`. */
export const otherMerchant = user('4', 'CUSTOMER', 'MERCHANT');
export const admin = user('3', 'ADMIN');
export const customer = user('1', 'CUSTOMER');

export async function createGoodsTestBed(): Promise<GoodsTestBed> {
  const embedded = await openEmbeddedPostgres();
  const database = await openDatabase({ ...goodsSchema, embedded });
  await database.fork().insertMany(CategoryEntity, [...categories]);
  const statements: string[] = [];
  let lastId = 1_000n;
  const deps: GoodsDeps = {
    clock: new VirtualClock(1_900_000_000_000),
    database: recordStatements(database, statements),
    ids: { nextId: async () => ++lastId },
    shops: fakeShops(database),
  };
  return {
    api: goodsApi(deps),
    admin: goodsAdmin(deps),
    deps,
    statements,
    async stop() {
      await database.close();
      await embedded.close();
    },
  };
}

/** What `openDatabase` needs beside an engine. */
export const goodsSchema = { schema: 'goods', entities: [GoodsEntity, CategoryEntity], migrations };

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

/** A call on somebody's behalf, with all the time in the world. */
export function callBy(identity: Identity = anonymous): CallContext {
  return {
    requestId: 'test',
    identity,
    deadlineMs: Number.MAX_SAFE_INTEGER,
    signal: new AbortController().signal,
  };
}

function user(userId: string, ...roles: Role[]) {
  return { kind: 'user', userId, roles } as const;
}

function recordStatements(database: Database, statements: string[]): Database {
  return {
    ...database,
    query(sql, parameters) {
      statements.push(sql);
      return database.query(sql, parameters);
    },
  };
}
