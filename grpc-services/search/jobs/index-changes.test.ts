import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Delivery } from '@tiffin/lib/events/event-bus';
import type { Inbox } from '@tiffin/lib/events/inbox';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import type { GoodsChanged } from '@tiffin/proto/gen/tiffin/goods/v1/goods_events';
import type { ShopChanged } from '@tiffin/proto/gen/tiffin/shop/v1/shop_events';
import type { SearchDeps } from '../domain/deps.ts';
import { reindex } from '../domain/reindex.ts';
import { createSearchTestBed, goodsIdOf, type SearchTestBed } from '../search-test-bed.ts';
import { indexGoodsChanges, indexShopChanges } from './index-changes.ts';

let eventCount = 0;

function delivery<Payload>(
  payload: Payload,
  version: number,
  id = `event-${++eventCount}`,
): Delivery<Payload> {
  const event = Event.fromPartial({ id, aggregateVersion: version });
  return { event, payload, attempt: 1, signal: new AbortController().signal };
}
const shopDelivery = (version: number, shopId = '1', id?: string) =>
  delivery<ShopChanged>({ shopId }, version, id);
const goodsDelivery = (version: number, goodsId: string) =>
  delivery<GoodsChanged>({ goodsId, shopId: '1' }, version);

describe('changes of shops and goods', () => {
  let bed: SearchTestBed;
  const hearShop = (heard: Delivery<ShopChanged>, deps: SearchDeps = bed.deps) =>
    indexShopChanges(deps).handle(heard);
  const hearGoods = (heard: Delivery<GoodsChanged>) => indexGoodsChanges(bed.deps).handle(heard);
  before(async () => {
    bed = await createSearchTestBed();
  });
  after(() => bed.stop());
  beforeEach(async () => {
    bed.know({ 'Sushi Umi': ['Maki', 'Nigiri: with wasabi'] }, 1);
    await bed.admin.reindex({}, callBy(ownProcess));
    bed.rpcs.length = 0;
  });

  it('are found by their new words, and by the old ones no longer', async () => {
    bed.know({ 'Trattoria Luna': ['Maki', 'Gnocchi'] }, 2);
    await hearShop(shopDelivery(2));
    await hearGoods(goodsDelivery(2, goodsIdOf(1, 1)));
    assert.deepEqual(await bed.find('trattoria'), ['Trattoria Luna']);
    assert.deepEqual(await bed.find('gnochi'), ['Gnocchi'], 'with a typing error too');
    assert.deepEqual(await bed.find('umi'), []);
    assert.deepEqual(await bed.find('wasabi'), []);
    assert.deepEqual(await bed.find('maki'), ['Maki']);
  });

  it('are found where they are new, before any reindex', async () => {
    bed.know({ 'Sushi Umi': [], 'Forno Bello': ['Focaccia'] }, 1);
    await hearShop(shopDelivery(1, '2'));
    await hearGoods(goodsDelivery(1, goodsIdOf(2, 0)));
    assert.deepEqual(await bed.find('forno'), ['Forno Bello']);
    assert.deepEqual(await bed.find('focaccia'), ['Focaccia']);
  });

  it('may be heard again, late and in any order: the newest version stays, and is read once', async () => {
    bed.know({ 'Third Name': [] }, 3);
    const third = shopDelivery(3);
    await hearShop(third);
    await hearShop(third);
    await hearShop(shopDelivery(2));
    await hearShop(shopDelivery(1));
    assert.deepEqual(await bed.find('third'), ['Third Name']);
    assert.deepEqual(bed.rpcs, ['batchGetShops']);
  });

  it('an older version that was read before a newer one was indexed changes nothing', async () => {
    bed.know({ 'Second Name': [] }, 2);
    const stale = await bed.deps.shops.batchGetShops({ ids: ['1'] }, callBy());
    bed.know({ 'Third Name': [] }, 3);
    const slow: SearchDeps = {
      ...bed.deps,
      shops: {
        ...bed.deps.shops,
        async batchGetShops() {
          await hearShop(shopDelivery(3));
          return stale;
        },
      },
    };
    await hearShop(shopDelivery(2), slow);
    assert.deepEqual(await bed.find('third'), ['Third Name']);
    assert.deepEqual(await bed.find('second'), []);
  });

  it('a change that the service does not show yet is heard again', async () => {
    const early = shopDelivery(2);
    await assert.rejects(hearShop(early), /before its version 2/);
    bed.know({ 'Second Name': [] }, 2);
    await hearShop(early);
    assert.deepEqual(await bed.find('second'), ['Second Name']);
  });

  it('of what there is not are done with, and leave nothing', async () => {
    await hearShop(shopDelivery(1, '77'));
    await hearGoods(goodsDelivery(1, '77000001'));
    const rows = await bed.deps.database.query('select from search.entry where ref_id in (77, 77000001)');
    assert.equal(rows.length, 0);
  });

  it('during a reindex that has read the older version outlast it', async () => {
    bed.know({ 'Sushi Umi': [], 'Forno Bello': [] }, 1);
    const { shops } = bed.deps;
    const slow: SearchDeps = {
      ...bed.deps,
      shops: {
        ...shops,
        async listShops(request, context) {
          const page = await shops.listShops(request, context);
          bed.know({ 'Trattoria Luna': [], 'Forno Bello': [] }, 2);
          await hearShop(shopDelivery(2));
          return page;
        },
      },
    };
    await reindex(slow, () => callBy());
    assert.deepEqual(await bed.find('trattoria'), ['Trattoria Luna']);
    assert.deepEqual(await bed.find('umi'), []);
    assert.deepEqual(await bed.find('forno'), ['Forno Bello']);
  });

  it('the rpc is made outside of the transaction', async () => {
    let isInTransaction = false;
    const inbox: Inbox = {
      ...bed.deps.inbox,
      async once(...args) {
        isInTransaction = true;
        const ran = await bed.deps.inbox.once(...args);
        isInTransaction = false;
        return ran;
      },
    };
    bed.know({ 'Second Name': [] }, 2);
    const shops: SearchDeps['shops'] = {
      ...bed.deps.shops,
      batchGetShops(request, context) {
        assert.equal(isInTransaction, false);
        return bed.deps.shops.batchGetShops(request, context);
      },
    };
    await hearShop(shopDelivery(2), { ...bed.deps, inbox, shops });
    assert.deepEqual(await bed.find('second'), ['Second Name']);
  });
});
