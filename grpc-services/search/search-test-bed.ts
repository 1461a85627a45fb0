import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import type { DatabaseOptions } from '@tiffin/lib/engines/database';
import { createInbox } from '@tiffin/lib/events/inbox';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { openTestDatabase } from '@tiffin/lib/testing/test-database';
import { Goods } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import { Shop } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { searchAdmin } from './admin/search-admin.ts';
import { searchApi } from './api/search-api.ts';
import { migrations } from './data/migrations.ts';
import type { SearchDeps } from './domain/deps.ts';

/** Shops by name with their goods by name, `name: description` where one has a description. Ids count from 1, in order. */
export type Catalogue = Readonly<Record<string, readonly string[]>>;

const textsOf = (entry: string) => {
  const [name = '', description = ''] = entry.split(': ');
  return { name, description };
};

/** The goods at `index` of the shop with this number: the second goods of the first shop are `1000002`. */
export const goodsIdOf = (shopNo: number, index: number) => `${shopNo}${String(index + 1).padStart(6, '0')}`;

export type SearchTestBed = Awaited<ReturnType<typeof createSearchTestBed>>;

/** The search service on tables of its own, with shop and goods services that know a catalogue. */
export async function createSearchTestBed(engine?: Pick<DatabaseOptions, 'url'>) {
  const { database, statements, stop } = await openTestDatabase(
    { schema: 'search', entities: [], migrations },
    engine,
  );
  let catalogue: Catalogue = {};
  let version = 1;
  const rpcs: string[] = [];
  const clock = new VirtualClock(1_900_000_000_000);
  const shopOf = (index: number) => {
    const name = Object.keys(catalogue)[index];
    return name === undefined
      ? undefined
      : Shop.fromPartial({ id: String(index + 1), version, ...textsOf(name) });
  };
  const goodsOf = (shopNo: number, index: number) => {
    const name = Object.values(catalogue)[shopNo - 1]?.[index];
    return name === undefined
      ? undefined
      : Goods.fromPartial({ id: goodsIdOf(shopNo, index), version, ...textsOf(name) });
  };
  const deps: SearchDeps = {
    clock,
    database,
    inbox: createInbox({ database, clock }),
    stopping: new AbortController().signal,
    shops: {
      async batchGetShops({ ids }) {
        rpcs.push('batchGetShops');
        return { shops: ids.map((id) => ({ shop: shopOf(Number(id) - 1) })) };
      },
      async listShops({ first, after }) {
        rpcs.push('listShops');
        const names = Object.keys(catalogue);
        const start = Number(after ?? 0);
        const edges = names.slice(start, start + first).map((name, index) => ({
          shop: Shop.fromPartial({ id: String(start + index + 1), version, ...textsOf(name) }),
          cursor: String(start + index + 1),
        }));
        return { edges, hasNextPage: start + first < names.length };
      },
    },
    goods: {
      async batchGetGoods({ ids }) {
        rpcs.push('batchGetGoods');
        const answers = ids.map((id) => goodsOf(Number(id.slice(0, -6)), Number(id.slice(-6)) - 1));
        return { goods: answers.map((goods) => ({ goods })) };
      },
      async batchListShopGoods({ pages }) {
        rpcs.push('batchListShopGoods');
        return {
          pages: pages.map(({ parentId, first, after }) => {
            const names = Object.values(catalogue)[Number(parentId) - 1] ?? [];
            const start = Number(after ?? 0);
            const edges = names.slice(start, start + first).map((name, index) => ({
              goods: Goods.fromPartial({
                id: goodsIdOf(Number(parentId), start + index),
                version,
                ...textsOf(name),
              }),
              cursor: String(start + index + 1),
            }));
            return { edges, hasNextPage: start + first < names.length };
          }),
        };
      },
    },
  };
  const api = searchApi(deps);
  const admin = searchAdmin(deps);
  return {
    clock,
    deps,
    api,
    admin,
    rpcs,
    statements,
    stop,
    /** Makes the catalogue what the other services know, each shop and goods in one version. */
    know(changed: Catalogue, inVersion: number) {
      catalogue = changed;
      version = inVersion;
    },
    /** Makes the catalogue what the other services know, and indexes it. */
    async index(changed: Catalogue) {
      catalogue = changed;
      return admin.reindex({}, callBy(ownProcess));
    },
    /** The plain text of the hits, best first. */
    async find(text: string, first = 20): Promise<string[]> {
      const { edges } = await api.search({ text, kinds: [], first }, callBy());
      return edges.map(({ hit }) => (hit?.highlight ?? '').replaceAll(/[\uE000\uE001]/g, ''));
    },
  };
}
