import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt, Operation } from '../attempt.ts';
import { type Told, toldNothing } from './buy-unit.ts';
import { findSaleLies } from './find-sale-lies.ts';

const buyer = { userId: '1', token: '', addressId: '1', isElsewhere: false };
const elsewhere = { ...buyer, isElsewhere: true };

/** As the books have it: ticket 5 of user 1, with order 7 or none. */
const books = (ticket: string, order: string | null) => ({
  ...{ id: '5', user_id: '1', ticket },
  ...{ order_id: order && '7', order },
});
type Row = ReturnType<typeof books>;

const attempt = (operation: Operation, ...types: string[]): Attempt => ({
  ...{ operation, userId: '1', input: { idempotencyKey: `${operation}-7`, orderId: '7' } },
  answers: types.map((type) => ({ type, orderId: '7' })),
});

const told = (of: Partial<Told> = {}): Told => ({ ...toldNothing(buyer), ...of });
/** Of ticket 5 and its order. */
const toldOf = (lastStatus: string, attempts: Attempt[] = [], of: Partial<Told> = {}): Told =>
  told({ tickets: new Set(['5']), orders: new Set(['7']), lastStatus, attempts, ...of });

const paid = attempt('payOrder', 'PayOrderSuccess', 'PayOrderSuccess');
const cancelled = attempt('cancelOrder', 'CancelOrderSuccess');
const sold = books('SOLD', 'PAID');
const returned = books('RETURNED', 'CANCELLED');

const liesTo = (one: Told, row?: Row) => {
  const query = async <Found extends object>() => (row ? [row] : []) as object[] as Found[];
  return findSaleLies({ query }, '9', [one]);
};

const truths: Readonly<Record<string, [Told, Row?]>> = {
  'whoever has paid': [toldOf('SOLD', [paid]), sold],
  'whoever has cancelled': [toldOf('RETURNED', [cancelled]), returned],
  'whoever let the order go': [toldOf('RETURNED'), books('RETURNED', 'CLOSED')],
  'whoever came too late with the money': [
    toldOf('RETURNED', [attempt('payOrder', 'OrderNotPayable')]),
    books('RETURNED', 'CLOSED'),
  ],
  'whoever had a ticket for nothing': [
    told({ tickets: new Set(['5']), lastStatus: 'SOLD_OUT' }),
    books('SOLD_OUT', null),
  ],
  'whoever was sold out': [told({ wasSoldOut: true })],
  'whoever was kept out': [told({ buyer: elsewhere, isDenied: true })],
};
for (const [name, [one, row]] of Object.entries(truths))
  test(`${name} was told the truth`, async () => assert.deepEqual(await liesTo(one, row), []));

const lies: readonly [lie: string, one: Told, row?: Row][] = [
  ['was told Nonsense by joinFlashSale', told({ odd: ['was told Nonsense by joinFlashSale'] })],
  ['is kept out by the rule, and has a ticket', toldOf('SOLD', [paid], { buyer: elsewhere }), sold],
  ['was told of tickets 5,6, and has 5', toldOf('SOLD', [paid], { tickets: new Set(['5', '6']) }), sold],
  ['saw ORDERED, and the ticket is SOLD', toldOf('ORDERED', [paid]), sold],
  [
    'has an address, and was refused',
    told({ tickets: new Set(['5']), lastStatus: 'REFUSED' }),
    books('REFUSED', null),
  ],
  ['was told of orders 7,8, and has 7', toldOf('SOLD', [paid], { orders: new Set(['7', '8']) }), sold],
  ['has an order that is PAID, and was told: paid false', toldOf('SOLD'), sold],
  [
    'has an order that is CLOSED, and was told: paid true',
    toldOf('RETURNED', [paid]),
    books('RETURNED', 'CLOSED'),
  ],
  ['has an order that is CANCELLED, and was told: cancelled false', toldOf('RETURNED'), returned],
  [
    'has an order that is CLOSED, and was told: cancelled true',
    toldOf('RETURNED', [cancelled]),
    books('RETURNED', 'CLOSED'),
  ],
  [
    'was answered differently under payOrder-7',
    toldOf('SOLD', [attempt('payOrder', 'PayOrderSuccess', 'OrderNotPayable')]),
    sold,
  ],
  ['never got an answer', toldOf('SOLD', [paid, attempt('cancelOrder')]), sold],
];
for (const [lie, one, row] of lies)
  test(`a lie: ${lie}`, async () => assert.deepEqual(await liesTo(one, row), [`user 1 ${lie}`]));

test('a ticket that is in no book is two lies', async () => {
  const found = await liesTo(told({ tickets: new Set(['5']), lastStatus: 'QUEUED' }));
  assert.deepEqual(found, [
    'user 1 was told of tickets 5, and has undefined',
    'user 1 saw QUEUED, and the ticket is undefined',
  ]);
});
