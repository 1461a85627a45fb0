import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Delivery } from '@tiffin/lib/events/event-bus';
import type { Inbox } from '@tiffin/lib/events/inbox';
import { callBy } from '@tiffin/lib/testing/call-by';
import { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import { OrderPaid } from '@tiffin/proto/gen/tiffin/order/v1/order_events';
import { createSearchTestBed, goodsIdOf, type SearchTestBed } from '../search-test-bed.ts';
import { countOrders } from './count-orders.ts';

function paid(id: string, shopId: string, ...goodsIds: string[]): Delivery<OrderPaid> {
  const items = goodsIds.map((goodsId) => ({ goodsId, quantity: 3 }));
  const payload = OrderPaid.fromPartial({ orderId: id, shopId, items });
  return { event: Event.fromPartial({ id }), payload, attempt: 1, signal: new AbortController().signal };
}

describe('paid orders', () => {
  let bed: SearchTestBed;
  const hear = (heard: Delivery<OrderPaid>, inbox: Inbox = bed.deps.inbox) =>
    countOrders({ inbox }).handle(heard);
  const countOf = async (kind: 1 | 2, refId: string) => {
    const sql = 'select order_count from search.popularity where kind = ? and ref_id = ?';
    const [row] = await bed.deps.database.query<{ order_count: number }>(sql, [kind, refId]);
    return row?.order_count ?? 0;
  };
  before(async () => {
    bed = await createSearchTestBed();
    await bed.index({ 'Noodle One': ['Ramen'], 'Noodle Two': ['Ramen'], 'Noodle Three': ['Ramen'] });
  });
  after(() => bed.stop());

  it('count once for their shop and each of their goods, however often and in whatever order they are heard', async () => {
    const heard = [
      paid('a', '3', goodsIdOf(3, 0)),
      paid('b', '3', goodsIdOf(3, 0)),
      paid('c', '2', goodsIdOf(2, 0)),
    ];
    for (const delivery of [...heard, ...heard.toReversed(), ...heard]) await hear(delivery);
    assert.deepEqual([await countOf(1, '1'), await countOf(1, '2'), await countOf(1, '3')], [0, 1, 2]);
    assert.deepEqual([await countOf(2, goodsIdOf(2, 0)), await countOf(2, goodsIdOf(3, 0))], [1, 2]);
  });

  it('put what was ordered more often first among equals, page by page', async () => {
    const names: string[] = [];
    let after: string | undefined;
    for (let page = 0; page < 4; page++) {
      const { edges, hasNextPage } = await bed.api.search(
        { text: 'noodle', kinds: [], first: 1, after },
        callBy(),
      );
      names.push(...edges.map(({ hit }) => hit?.id ?? ''));
      after = edges.at(-1)?.cursor;
      if (!hasNextPage) break;
    }
    assert.deepEqual(names, ['3', '2', '1']);
  });

  it('outlast a reindex, and are kept for what is not indexed yet', async () => {
    await hear(paid('d', '4'));
    await bed.index({ 'Noodle One': [], 'Noodle Two': [], 'Noodle Three': [], 'Noodle Four': [] });
    assert.deepEqual([await countOf(1, '3'), await countOf(1, '4')], [2, 1]);
  });

  it('would count twice without the inbox', async () => {
    const { database } = bed.deps;
    const forgetful = {
      async once(_consumer: string, _eventId: string, work: Parameters<Inbox['once']>[2]) {
        await database.transaction(work);
        return true;
      },
    } as Partial<Inbox> as Inbox;
    const heard = paid('e', '9');
    await hear(heard, forgetful);
    await hear(heard, forgetful);
    assert.equal(await countOf(1, '9'), 2);
  });
});
