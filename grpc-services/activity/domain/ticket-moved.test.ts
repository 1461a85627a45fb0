import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { RedisUnavailable } from '@tiffin/lib/engines/redis';
import { type JoinTestBed, openJoinTestBed } from '../join-test-bed.ts';
import type { FlashTicketStatus } from './flash-ticket.ts';
import { ticketMoved } from './ticket-moved.ts';

let joins: JoinTestBed;
before(async () => {
  joins = await openJoinTestBed();
});
after(() => joins.stop());
/** Redis inside this process answers within a few turns of the event loop. */
const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

test('watchers are told of each change, and a unit that is free again can be promised, once', async () => {
  const flashSaleId = await joins.addSale(1);
  const topics: string[] = [];
  const move = (status: FlashTicketStatus, id = '1', deps = joins.deps) =>
    ticketMoved(deps, { publish: (topic) => topics.push(topic) }, { id, flashSaleId, status });
  for (const status of ['ORDERED', 'SOLD', 'SOLD_OUT', 'RETURNED', 'RETURNED'] as const) move(status);
  move('REFUSED', '2');
  const away = () => Promise.reject(new RedisUnavailable('away'));
  move('RETURNED', '3', { ...joins.deps, counters: { ...joins.deps.counters, restore: away } });
  await settled();
  assert.deepEqual(topics, [...Array(5).fill('flashSaleTicket:1'), 'flashSaleTicket:2', 'flashSaleTicket:3']);
  assert.equal(await joins.deps.counters.left(flashSaleId), 3);
});
