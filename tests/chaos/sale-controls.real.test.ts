import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Layer } from './sale/layers.ts';
import { sellWithout, units, users } from './sale/sell-without.ts';

/**
 * Each layer stands before the next, so that none is missed as long as the others are there. Here they are off together,
 * and then one of them is on alone. Redis promises as many units as are asked for each time: it may lose its count at any
 * moment, and what is promised decides nothing.
 */
const layers: readonly Layer[] = ['dedupe', 'decrement', 'unique'];
const allBut = (kept?: Layer) => ['amount' as const, ...layers.filter((layer) => layer !== kept)];

/** What the chaos says of a sale that nobody pays for. */
const unpaid = (claimed: number, left: number) => [
  `0 of ${units} are sold, ${claimed} reserved and ${left} left`,
  'ticket N of user N is ORDERED',
];
const oversold = (claimed: number) => {
  const left = units - claimed;
  return { claimed, left, faults: unpaid(claimed, left) };
};
const once = { ticketsOfUser: 1, ordersOfUser: 1 };
const twice = { ticketsOfUser: 2, ordersOfUser: 2 };
const brokenByTwo = ['two tickets of a user', 'two orders of a user'];

// No broker is needed: events go from hand to hand.
describe(`${units} units, and ${users} users who each join twice`, { timeout: 280_000 }, () => {
  it('without any layer it is oversold, and users have two tickets and two orders', async () => {
    const sold = await sellWithout(allBut());
    assert.deepEqual(sold, {
      ...oversold(2 * users),
      ...twice,
      broken: ['below zero', ...brokenByTwo],
    });
  });

  it('the script alone, which knows who has joined, gives each user one ticket; it is oversold', async () => {
    const sold = await sellWithout(allBut('dedupe'));
    assert.deepEqual(sold, { ...oversold(users), ...once, broken: ['below zero'] });
  });

  it('the decrement alone sells no more than there is; users have two tickets and two orders', async () => {
    const sold = await sellWithout(allBut('decrement'));
    assert.deepEqual(sold, {
      ...{ claimed: units, left: 0, faults: unpaid(units, 0) },
      ...twice,
      broken: brokenByTwo,
    });
  });

  it('the unique keys alone give each user one ticket and one order; it is oversold', async () => {
    const sold = await sellWithout(allBut('unique'));
    assert.deepEqual(sold, { ...oversold(users), ...once, broken: ['below zero'] });
  });
});
