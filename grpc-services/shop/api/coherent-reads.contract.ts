import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { findStaleRead, type RandomTraffic, TakenBack } from '@tiffin/lib/cache/testing/find-stale-read';
import { openTestCache, type TestCache } from '@tiffin/lib/cache/testing/test-cache';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { allowReview } from '../domain/allow-review.ts';
import { countOrder } from '../domain/count-order.ts';
import type { ShopChange } from '../domain/shop.ts';
import {
  administrator,
  callByCustomer,
  categoryIds,
  createShopTestBed,
  type ShopTestBed,
} from '../shop-test-bed.ts';

/** Engines of their own. */
export interface Servers {
  readonly postgres: { readonly url: string };
  readonly redis: { readonly url: string };
  stop(): Promise<void>;
}

let bed: ShopTestBed;

/** That the cache never tells what is no longer true, on each pair of engines; on those in this process by default. */
export function describeCoherentReads(engines: string, open?: () => Promise<Servers>): void {
  describe(`cached reads ${engines}`, () => {
    let servers: Servers | undefined;
    let cache: TestCache;
    before(async () => {
      servers = await open?.();
      cache = await openTestCache(servers?.redis);
      bed = await createShopTestBed(servers?.postgres, undefined, cache);
    });
    after(async () => {
      await bed.stop();
      await cache.stop();
      await servers?.stop();
    });
    beforeEach(async () => {
      await bed.deps.database.query('delete from shop.review');
      await bed.deps.database.query('delete from shop.shop');
      await cache.empty();
    });

    it('whatever is written in whatever order, who reads afterwards reads what is true', async () => {
      for (const seed of [1, 2, 3])
        assert.equal(await findStaleRead(traffic(seed), 120), undefined, `seed ${seed}`);
    });

    for (const [table, trigger] of [
      ['shop.shop', 'shop_marks'],
      ['shop.review', 'review_marks'],
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

const areas = ['Mitte', 'Süd *:%'] as const;

function traffic(seed: number): RandomTraffic {
  const random = new DemoRandom(seed);
  // There is none of the first id; new ones come behind it.
  const ids: [string, ...string[]] = ['999'];
  return { random, reads: shopReads(random, ids), writes: shopWrites(random, ids, seed) };
}

function shopReads(random: DemoRandom, ids: [string, ...string[]]): RandomTraffic['reads'] {
  return [
    () => {
      const some = [random.pick(ids), random.pick(ids), ...ids.slice(-2)];
      return (call) => bed.api.batchGetShops({ ids: some }, call);
    },
    () => {
      const categoryId = random.pick([undefined, ...categoryIds]);
      const request = { categoryId, area: random.pick([undefined, ...areas]), first: random.between(1, 9) };
      return (call) => bed.api.listShops(request, call);
    },
    () => {
      const pages = [random.pick(ids), ...ids.slice(-2)].map((parentId) => ({
        parentId,
        first: random.between(1, 5),
      }));
      return (call) => bed.api.batchListShopReviews({ pages }, call);
    },
  ];
}

/** Each by its use case, but for what has none. New ids come into `ids`. */
function shopWrites(random: DemoRandom, ids: [string, ...string[]], seed: number): RandomTraffic['writes'] {
  const { database } = bed.deps;
  const admin = callBy(administrator);
  const heard = () => ({
    consumer: 'test',
    eventId: `${seed} ${random.between(1, 1_000)}`,
    signal: new AbortController().signal,
  });
  return [
    async function createShop() {
      const profile = {
        name: 'New',
        description: '',
        categoryId: random.pick(categoryIds),
        area: random.pick(areas),
      };
      const { shop } = await bed.admin.createShop({ ...freshKey, ...profile }, admin);
      ids.push(shop?.id ?? assert.fail());
    },
    async function updateShop() {
      const shopId = random.pick(ids);
      const [row] = await database.query<{ version: number }>('select version from shop.shop where id = ?', [
        shopId,
      ]);
      const change = random.pick<ShopChange>([
        { name: 'Changed' },
        { area: random.pick(areas) },
        { categoryId: random.pick(categoryIds) },
      ]);
      await bed.admin.updateShop({ ...freshKey, shopId, version: row?.version ?? 1, ...change }, admin);
    },
    async function openShop() {
      await bed.admin.openShop({ ...freshKey, shopId: random.pick(ids) }, admin);
    },
    async function closeShop() {
      await bed.admin.closeShop({ ...freshKey, shopId: random.pick(ids) }, admin);
    },
    async function addReview() {
      const [shopId, userId] = [random.pick(ids), String(random.between(1, 40))];
      await allowReview(bed.deps, { ...heard(), eventId: `${seed} ${shopId} ${userId}` }, shopId, userId);
      const review = { shopId, stars: random.between(1, 5), text: '' };
      await bed.api.addReview({ ...freshKey, ...review }, callByCustomer(userId));
    },
    async function countAnOrder() {
      await countOrder(bed.deps, heard(), random.pick(ids));
    },
    async function deleteReview() {
      await database.query(
        'delete from shop.review where id = (select max(id) from shop.review where shop_id = ?)',
        [random.pick(ids)],
      );
    },
    async function deleteShop() {
      await database.query(
        'delete from shop.shop where id = ? and not exists (select from shop.review where shop_id = shop.id)',
        [random.pick(ids)],
      );
    },
    async function takeBack() {
      await database.transaction(async (em) => {
        await em.execute('update shop.shop set area = ?, name = ? where id = ?', [
          areas[0],
          '!',
          random.pick(ids),
        ]);
        throw new TakenBack();
      });
    },
  ];
}
