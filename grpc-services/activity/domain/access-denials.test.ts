import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '@tiffin/lib/clock/virtual-clock';
import { AccessDenials, DENIED_MS, MAX_DENIED_ADDRESSES } from './access-denials.ts';

const denial = { rule: 'PAST_ORDERS', reason: 'You have completed 0 orders; it takes 1 to take part.' };
const notThere = { rule: 'AREA', reason: 'This address is not in Mitte.' };
const sale = { id: '5', version: 2 };

test('a denial is of one user, one flash sale and one version of it, for 30 s', async () => {
  const clock = new VirtualClock();
  const denials = new AccessDenials({ clock });
  denials.note(sale, '7', '70', denial);
  for (const addressId of ['70', '71', undefined])
    assert.deepEqual(denials.find(sale, '7', addressId), denial);
  for (const other of [
    { id: '6', version: 2 },
    { id: '5', version: 3 },
  ])
    assert.equal(denials.find(other, '7', '70'), undefined);
  assert.equal(denials.find(sale, '8', '70'), undefined);
  await clock.advance(DENIED_MS - 1);
  assert.deepEqual(denials.find(sale, '7', '70'), denial, 'it is not prolonged by asking');
  await clock.advance(1);
  assert.equal(denials.find(sale, '7', '70'), undefined);
});

test('it keeps no more than so many, those that were asked for last', () => {
  const denials = new AccessDenials({ clock: new VirtualClock(), maxDenials: 2 });
  for (const userId of ['1', '2']) denials.note(sale, userId, undefined, denial);
  denials.find(sale, '1', undefined);
  denials.note(sale, '3', undefined, denial);
  assert.deepEqual(
    ['1', '2', '3'].map((userId) => denials.find(sale, userId, undefined)),
    [denial, undefined, denial],
  );
});

test('one for an address is of that address, a few times; then of the user, until the first is forgotten', async () => {
  const clock = new VirtualClock();
  const denials = new AccessDenials({ clock });
  const isDenied = (addressId?: string) => denials.find(sale, '7', addressId) !== undefined;
  for (let address = 0; address < MAX_DENIED_ADDRESSES; address++) {
    const addressId = String(70 + address);
    assert.deepEqual([isDenied(addressId), isDenied('99'), isDenied()], [false, false, false]);
    for (let times = 0; times < 2; times++) denials.note(sale, '7', addressId, notThere);
    assert.ok(isDenied(addressId));
    await clock.advance(1_000);
  }
  assert.deepEqual([isDenied('70'), isDenied('99'), isDenied()], [true, true, true]);
  await clock.advance(DENIED_MS - MAX_DENIED_ADDRESSES * 1_000);
  assert.deepEqual([isDenied('70'), isDenied('99'), isDenied()], [false, false, false]);
});

test('one for no address of the user stands whatever is chosen', () => {
  const denials = new AccessDenials({ clock: new VirtualClock() });
  denials.note(sale, '7', '70', notThere);
  denials.note(sale, '7', undefined, notThere);
  denials.note(sale, '7', '71', notThere);
  assert.deepEqual(denials.find(sale, '7', '72'), notThere);
});
