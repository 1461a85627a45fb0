import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { findStaleRead, type RandomTraffic, TakenBack } from '@tiffin/lib/cache/testing/find-stale-read';
import { openTestCache, type TestCache } from '@tiffin/lib/cache/testing/test-cache';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import {
  administrator,
  categories,
  createGoodsTestBed,
  type GoodsTestBed,
  otherShopId,
  shopId,
} from '../goods-test-bed.ts';

/** Engines of their own. */
export interface Servers {
  readonly postgres: { readonly url: string };
  readonly redis: { readonly url: string };
  stop(): Promise<void>;
}

let bed: GoodsTestBed;

/** That the cache never tells what is no longer true, on each pair of engines; on those in this process by default. */
export function describeCoherentReads(engines: string, open?: () => Promise<Servers>): void {
  describe(`cached reads ${engines}`, () => {
    let servers: Servers | undefined;
    let cache: TestCache;
    before(async () => {
      servers = await open?.();
      cache = await openTestCache(servers?.redis);
      bed = await createGoodsTestBed(servers?.postgres, cache);
    });
    after(async () => {
      await bed.stop();
      await cache.stop();
      await servers?.stop();
    });
    beforeEach(async () => {
      await bed.deps.database.query('delete from goods.stock_entry');
      await bed.deps.database.query('delete from goods.goods');
      await cache.empty();
    });

    it('whatever is written in whatever order, who reads afterwards reads what is true', async () => {
      for (const seed of [1, 2, 3])
        assert.equal(await findStaleRead(traffic(seed), 120), undefined, `seed ${seed}`);
    });

    for (const [table, trigger] of [
      ['goods.goods', 'goods_marks'],
      ['goods.category', 'category_marks'],
    ] as const) {
      it(`the control: while ${trigger} is switched off, something stale is read`, async () => {
        const { database } = bed.deps;
        await database.query(`alter table ${table} disable trigger ${trigger}`);
        assert.notEqual(await findStaleRead(traffic(1), 120), undefined);
        await database.query(`alter table ${table} enable trigger ${trigger}`);
      });
    }
  });
}

const latest: CallContext = { ...callBy(), freshness: 'latest' };
const own = callBy(ownProcess);

function traffic(seed: number): RandomTraffic {
  const random = new DemoRandom(seed);
  // There are none of the first id; new ones come behind it.
  const ids: [string, ...string[]] = ['999'];
  return { random, reads: goodsReads(random, ids), writes: goodsWrites(random, ids, seed) };
}

function goodsReads(random: DemoRandom, ids: [string, ...string[]]): RandomTraffic['reads'] {
  const shops = [shopId, otherShopId, '999'] as const;
  const categoryIds = [...categories.map(({ id }) => id), '25', '26'];
  return [
    () => {
      const some = [random.pick(ids), random.pick(ids), ...ids.slice(-2)];
      return (call) => bed.api.batchGetGoods({ ids: some }, call);
    },
    () => {
      const pages = shops.map((parentId) => ({ parentId, first: random.between(1, 6) }));
      return (call) => bed.api.batchListShopGoods({ pages }, call);
    },
    () => (call) => bed.api.batchGetCategories({ ids: categoryIds }, call),
    () => {
      const first = random.between(1, 6);
      return (call) => bed.api.listCategories({ first }, call);
    },
  ];
}

/** Each by its use case, but for what has none yet. New ids come into `ids`. */
function goodsWrites(random: DemoRandom, ids: [string, ...string[]], seed: number): RandomTraffic['writes'] {
  const { database } = bed.deps;
  const admin = callBy(administrator);
  const open: [string, ...string[]] = ['999'];
  let orders = 0;
  const newOrder = () => {
    const orderId = String(seed * 10_000 + ++orders);
    open.push(orderId);
    return orderId;
  };
  return [
    async function createGoods() {
      const price = { amountCents: random.between(1, 900), currency: 'EUR' };
      const traits = { name: 'New', description: '', price, categoryIds: [] };
      const parent = random.pick([shopId, otherShopId]);
      const { goods } = await bed.admin.createGoods({ ...freshKey, ...traits, shopId: parent }, admin);
      ids.push(goods?.id ?? assert.fail());
    },
    async function updateGoods() {
      const goodsId = random.pick(ids);
      const { goods } = await bed.api.batchGetGoods({ ids: [goodsId] }, latest);
      const change = { name: `Name ${random.between(1, 99)}`, price: undefined, categoryIds: undefined };
      const version = goods[0]?.goods?.version ?? 1;
      await bed.admin.updateGoods({ ...freshKey, goodsId, version, ...change }, admin);
    },
    async function adjustStock() {
      const delta = random.pick([5, 1, -1, -5]);
      await bed.admin.adjustStock({ ...freshKey, goodsId: random.pick(ids), delta, reason: 'Count' }, admin);
    },
    async function reserveStock() {
      const items = [{ goodsId: random.pick(ids), quantity: random.between(1, 3) }];
      await bed.stock.reserveStock({ orderId: newOrder(), items }, own);
    },
    async function releaseStock() {
      await bed.stock.releaseStock({ orderId: random.pick(open) }, own);
    },
    async function deductStock() {
      await bed.stock.deductStock({ orderId: random.pick(open) }, own);
    },
    async function nameCategory() {
      await database.query(
        `insert into goods.category (id, name) values (?, ?) on conflict (id) do update set name = excluded.name`,
        [random.pick(['21', '25', '26']), `Category ${random.between(1, 99)}`],
      );
    },
    async function deleteCategory() {
      await database.query('delete from goods.category where id = ?', [random.pick(['25', '26'])]);
    },
    async function moveGoods() {
      const to = random.pick([shopId, otherShopId]);
      await database.query('update goods.goods set shop_id = ? where id = ?', [to, random.pick(ids)]);
    },
    async function takeBack() {
      await database.transaction(async (em) => {
        await em.execute('update goods.goods set name = name || ? where id = ?', ['!', random.pick(ids)]);
        throw new TakenBack();
      });
    },
  ];
}
