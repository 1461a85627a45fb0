import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '@tiffin/lib/clock/clock';
import type { StartService } from '@tiffin/lib/service/service';
import type { ServiceComponent, Topology } from '@tiffin/lib/topology/topology';
import { topology } from '../tiffin.ts';
import { liveData } from './live-data.ts';
import {
  askToken,
  type Buyer,
  changeOnce,
  createSale,
  join,
  newBuyer,
  queued,
  ticketOf,
  ticketThatIs,
} from './sale.ts';
import { soon } from './soon.ts';
import { type PlatformUnderTest, startPlatform } from './start-platform.ts';

const ledger = '... on AdjustFlashSaleStockSuccess { flashSale { reserved sold flashSale { stock left } } }';

/** The platform with an order service whose clock says so many milliseconds more. */
function withOrdersAhead(aheadMs: () => number): Topology {
  const order = topology['order'] as ServiceComponent;
  const clock = { ...systemClock, now: () => systemClock.now() + aheadMs() };
  const start: StartService = (platform) => order.start({ ...platform, clock });
  return { ...topology, order: { ...order, start } };
}

describe('a flash sale', () => {
  let platform: PlatformUnderTest;
  let admin: string;
  let buyer: Buyer;
  let other: Buyer;
  let aheadMs = 0;
  before(async () => {
    platform = await startPlatform(
      {},
      withOrdersAhead(() => aheadMs),
    );
    admin = await platform.logIn('admin');
    [buyer, other] = await Promise.all([newBuyer(platform), newBuyer(platform)]);
  });
  after(() => platform[Symbol.asyncDispose]());

  const units = async (flashSaleId: string) => {
    const { data, errors } = await platform.query(
      'query ($id: ID!) { flashSale(id: $id) { stock left status } }',
      { variables: { id: flashSaleId } },
    );
    assert.equal(errors, undefined);
    return data.flashSale;
  };
  const eligibility = async (flashSaleId: string, token?: string) => {
    const { data, errors } = await platform.query(
      `query ($id: ID!) { flashSale(id: $id) { eligibility {
        __typename
        ... on NotStarted { startsAt } ... on AccessDenied { rule reason } ... on AlreadyJoined { ticketId }
        ... on SoldOut { flashSaleId } ... on Ended { flashSaleId }
      } } }`,
      { variables: { id: flashSaleId }, ...(token && { token }) },
    );
    assert.equal(errors, undefined);
    return data.flashSale.eligibility;
  };
  const pay = (orderId: string, token: string) => {
    const input = { orderId, paymentToken: 'sandbox-ok' };
    return changeOnce(
      platform,
      token,
      'payOrder',
      input,
      '... on PayOrderSuccess { order { status } } ... on Error { message }',
    );
  };

  it('brings whoever joins an order, which is paid; who comes again has the same ticket', async () => {
    const saleId = await createSale(platform, admin, { stock: 5 });
    assert.equal(await eligibility(saleId), null, 'of nobody in particular nothing is said');
    assert.deepEqual(await eligibility(saleId, buyer.token), { __typename: 'Eligible' });
    const token = await askToken(platform, buyer, saleId);
    assert.equal(token.__typename, 'FlashSaleTokenSuccess');
    assert.deepEqual(await askToken(platform, buyer, saleId), token, 'the same each time');

    const { ticket, pollAfterMs, __typename } = await join(platform, buyer, saleId, token.token);
    assert.equal(__typename, 'Queued');
    assert.ok(pollAfterMs > 0);
    assert.deepEqual([ticket.status, ticket.flashSale, ticket.order], ['QUEUED', { id: saleId }, null]);

    const ordered = await ticketThatIs(platform, buyer, ticket.id, 'ORDERED');
    assert.equal(ordered.order?.status, 'CREATED', 'who sees ORDERED sees the order');
    const { data } = await platform.query(
      `query ($id: ID!) { order(id: $id) {
        flashSale { id } payable { amountCents currency } items { edges { node { quantity } } }
      } }`,
      { variables: { id: ordered.order?.id }, token: buyer.token },
    );
    assert.deepEqual(data.order, {
      flashSale: { id: saleId },
      payable: { amountCents: 99, currency: 'EUR' },
      items: { edges: [{ node: { quantity: 1 } }] },
    });
    assert.equal(await ticketOf(platform, other, ticket.id), null, 'nobody else sees the ticket');

    const paid = await pay(ordered.order?.id ?? '', buyer.token);
    assert.deepEqual(paid, { __typename: 'PayOrderSuccess', order: { status: 'PAID' } });
    await ticketThatIs(platform, buyer, ticket.id, 'SOLD');
    const again = { __typename: 'AlreadyJoined', ticketId: ticket.id };
    assert.deepEqual(await join(platform, buyer, saleId, token.token), again);
    assert.deepEqual(await eligibility(saleId, buyer.token), again);

    const adjustment = { flashSaleId: saleId, delta: -3, reason: 'Eaten' };
    const adjusted = await changeOnce(platform, admin, 'adjustFlashSaleStock', adjustment, ledger);
    assert.deepEqual(adjusted.flashSale, { reserved: 0, sold: 1, flashSale: { stock: 2, left: 1 } });
  });

  it('is SoldOut when all units are claimed', async () => {
    const saleId = await createSale(platform, admin, { stock: 1 });
    const ticketId = await queued(platform, buyer, saleId);
    const soldOut = { __typename: 'SoldOut', flashSaleId: saleId };
    assert.deepEqual(await join(platform, other, saleId), soldOut);
    assert.deepEqual(await eligibility(saleId, other.token), soldOut);
    await ticketThatIs(platform, buyer, ticketId, 'ORDERED');
    assert.deepEqual(await units(saleId), { stock: 1, left: 0, status: 'SOLD_OUT' });
  });

  it('is NotStarted before its start, when it is deleted or changed; afterwards it is FlashSaleStarted', async () => {
    const saleId = await createSale(platform, admin, { stock: 1, startsInMs: 3_600_000 });
    const refused = await askToken(platform, buyer, saleId);
    assert.equal(refused.__typename, 'NotStarted');
    assert.ok(Date.parse(refused.startsAt) > Date.now());
    assert.deepEqual(await join(platform, buyer, saleId, 'a token'), refused);
    assert.deepEqual(await eligibility(saleId, buyer.token), refused);
    const remove = (flashSaleId: string) =>
      changeOnce(
        platform,
        admin,
        'deleteFlashSale',
        { flashSaleId },
        '... on FlashSaleStarted { flashSaleId }',
      );
    assert.deepEqual(await remove(saleId), { __typename: 'DeleteFlashSaleSuccess' });
    const { data } = await platform.query('query ($id: ID!) { flashSale(id: $id) { id } }', {
      variables: { id: saleId },
    });
    assert.equal(data.flashSale, null);
    const running = await createSale(platform, admin, { stock: 1 });
    assert.deepEqual(await remove(running), { __typename: 'FlashSaleStarted', flashSaleId: running });
  });

  it('is Ended once an administrator has ended it', async () => {
    const saleId = await createSale(platform, admin, { stock: 1 });
    const { token } = await askToken(platform, buyer, saleId);
    const end = { flashSaleId: saleId };
    const ended = await changeOnce(platform, admin, 'endFlashSale', end, '... on Error { message }');
    assert.deepEqual(ended, { __typename: 'EndFlashSaleSuccess' });
    // What a process knows of a flash sale may be a second old.
    await soon(async () =>
      (await eligibility(saleId, buyer.token)).__typename === 'Ended' ? true : undefined,
    );
    const answer = { __typename: 'Ended', flashSaleId: saleId };
    assert.deepEqual(await join(platform, buyer, saleId, token), answer);
  });

  it('is AccessDenied to those who do not meet its rules, with the first of them and the reason', async () => {
    const rules = [{ pastOrders: { minOrders: 1 } }, { area: { areas: ['Mitte'] } }];
    const saleId = await createSale(platform, admin, { stock: 1, rules });
    const denied = await join(platform, buyer, saleId);
    assert.equal(denied.__typename, 'AccessDenied');
    assert.equal(denied.rule, 'PAST_ORDERS');
    assert.match(denied.reason, /order/);
    assert.deepEqual(await eligibility(saleId, buyer.token), denied);
    const forAll = await createSale(platform, admin, { stock: 1, rules: rules.slice(1) });
    await queued(platform, buyer, forAll);
  });

  it('is AccessDenied for an address outside of its areas, and not for another one of the same user', async () => {
    const rules = [{ area: { areas: ['Mitte'] } }];
    const saleId = await createSale(platform, admin, { stock: 1, rules });
    const lines = { label: 'Work', street: 'Street 2', city: 'Berlin', postalCode: '13597', area: 'Spandau' };
    const selection = '... on AddAddressSuccess { address { id } }';
    const { address } = await changeOnce(platform, other.token, 'addAddress', { lines }, selection);
    assert.deepEqual(await eligibility(saleId, other.token), { __typename: 'Eligible' });
    const denied = await join(platform, { ...other, addressId: address.id }, saleId);
    const reason = 'This address is not in Mitte.';
    assert.deepEqual(denied, { __typename: 'AccessDenied', rule: 'AREA', reason });
    assert.equal((await join(platform, other, saleId)).__typename, 'Queued');
  });

  it('is joined with the token of oneself for it, and with no other', async () => {
    const [one, another] = [
      await createSale(platform, admin, { stock: 5 }),
      await createSale(platform, admin, { stock: 5 }),
    ];
    const { token } = await askToken(platform, buyer, one);
    assert.deepEqual(await join(platform, other, one, token), {
      __typename: 'FlashSaleTokenInvalid',
      flashSaleId: one,
    });
    assert.deepEqual(await join(platform, buyer, another, token), {
      __typename: 'FlashSaleTokenInvalid',
      flashSaleId: another,
    });
    assert.deepEqual(await join(platform, buyer, '999999999999999999', token), {
      __typename: 'FlashSaleNotFound',
      flashSaleId: '999999999999999999',
    });
  });

  it('tells whoever subscribes what becomes of the ticket and of its order', async () => {
    const saleId = await createSale(platform, admin, { stock: 1 });
    const ticketId = await queued(platform, buyer, saleId);
    const watch = (text: string, id: string) => liveData(platform.url, buyer.token, text, { id });
    let orderId = '';
    const ticket = 'subscription ($id: ID!) { flashSaleTicket(id: $id) { status order { id } } }';
    for await (const { flashSaleTicket } of watch(ticket, ticketId)) {
      orderId = flashSaleTicket.order?.id ?? '';
      assert.equal(flashSaleTicket.status, orderId ? 'ORDERED' : 'QUEUED');
      if (orderId) break;
    }
    const statuses: string[] = [];
    for await (const { order } of watch('subscription ($id: ID!) { order(id: $id) { status } }', orderId)) {
      statuses.push(order.status);
      if (order.status === 'PAID') break;
      if (statuses.length === 1)
        assert.equal((await pay(orderId, buyer.token)).__typename, 'PayOrderSuccess');
    }
    assert.deepEqual(statuses.slice(0, 2), ['CREATED', 'PAID'], 'the state of now comes first');
    for await (const data of liveData(platform.url, other.token, ticket, { id: ticketId })) {
      assert.deepEqual(data, { flashSaleTicket: null }, 'others are told nothing');
      break;
    }
  });

  it('gives a unit that is not paid for in ten minutes to others, and no second one to the same user', async () => {
    const saleId = await createSale(platform, admin, { stock: 1 });
    const ticketId = await queued(platform, buyer, saleId);
    const { order } = await ticketThatIs(platform, buyer, ticketId, 'ORDERED');
    aheadMs = 600_000;
    const returned = await ticketThatIs(platform, buyer, ticketId, 'RETURNED', 30_000);
    aheadMs = 0;
    assert.deepEqual(returned.order, { id: order?.id, status: 'CLOSED' });
    assert.equal((await pay(order?.id ?? '', buyer.token)).__typename, 'OrderClosed');
    await soon(async () => ((await units(saleId)).left === 1 ? true : undefined));
    assert.deepEqual(await join(platform, buyer, saleId), { __typename: 'AlreadyJoined', ticketId });
    // It is back in the database first, and in Redis a moment later.
    const next = await soon(async () => {
      const answer = await join(platform, other, saleId);
      return answer.__typename === 'Queued' ? answer.ticket : undefined;
    });
    await ticketThatIs(platform, other, next.id, 'ORDERED');
  });
});
