import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '@tiffin/lib/clock/clock';
import { demoId } from '@tiffin/lib/demo/demo-id';
import { DemoRandom } from '@tiffin/lib/demo/demo-random';
import { createAccessTokenSigner } from '@tiffin/lib/identity/access-token';
import { parseSigningKey } from '@tiffin/lib/identity/token-keys';
import { type Cart, fillCarts } from '../cart.ts';
import { stockedGoods } from '../last-unit-goods.ts';
import type { clientOf } from '../start-platform.ts';
import { type Attempt, type Operation, sendUntilFinal, type Tally } from './attempt.ts';

type Client = ReturnType<typeof clientOf>;

interface Coupon {
  readonly id: string;
  readonly discount: { readonly amountCents: number };
  readonly minimumTotal: { readonly amountCents: number };
}

export interface Buyer {
  readonly userId: string;
  readonly token: string;
  readonly addressId: string;
  readonly random: DemoRandom;
  /** Those that no order of the buyer's holds, as far as the buyer knows. */
  readonly coupons: Coupon[];
}

export interface Market {
  readonly carts: readonly [Cart, ...Cart[]];
  readonly buyers: readonly Buyer[];
}

const buyerCount = 20;
/** Demo users from here on are customers. */
const firstUserNo = 101;
const couponsEach = 3;
const walletCents = 50_000;
const scarceUnits = 12;
const maxPauseMs = 300;
const maxAttempts = 10;

/** Buyers with money and coupons, and what they buy: some of it is scarce. */
export async function openMarket(client: Client, signingKey: string, seed: number): Promise<Market> {
  const [admin, customer] = await insist(() =>
    Promise.all([client.logIn('admin'), client.logIn('customer')]),
  );
  const carts = (await insist(() => fillCarts(client, customer))).slice(0, 5);
  const [{ shopId, addressId }] = carts as [Cart];
  const scarce = await insist(() => stockedGoods(client, admin, shopId, scarceUnits));
  carts.push({
    ...{ idempotencyKey: '', shopId, addressId, items: [{ goodsId: scarce.id, quantity: 2 }] },
    expectedTotal: { ...scarce.price, amountCents: 2 * scarce.price.amountCents },
  });
  const signer = createAccessTokenSigner({ key: await parseSigningKey(signingKey), clock: systemClock });
  const buyers = await Promise.all(
    Array.from({ length: buyerCount }, async (_, index): Promise<Buyer> => {
      const userNo = firstUserNo + index;
      const userId = String(demoId('user', userNo));
      const { token } = await signer.sign({ userId, roles: ['CUSTOMER'] });
      await topUp(client, token);
      for (let n = 0; n < couponsEach; n++) await grantCoupon(client, admin, userId, n);
      return {
        ...{ userId, token, addressId: String(demoId('address', 3 * userNo)) },
        random: DemoRandom.of(`buyer ${userNo}`, seed),
        coupons: await insist(() => couponsOf(client, token)),
      };
    }),
  );
  return { carts: carts as [Cart, ...Cart[]], buyers };
}

/** Orders, pays and cancels until `closing` aborts; what is open then is brought to its answer until `closed` aborts. */
export async function buy(
  client: Client,
  { carts }: Pick<Market, 'carts'>,
  buyer: Buyer,
  { closing, closed }: { readonly closing: AbortSignal; readonly closed: AbortSignal },
  { attempts, tally }: { readonly attempts: Attempt[]; readonly tally: Tally },
): Promise<void> {
  const { random, token, userId } = buyer;
  let count = 0;

  /** Some send twice at the same time, some once more afterwards. */
  async function attempt(operation: Operation, fields: object) {
    const input = { ...fields, idempotencyKey: `${operation}-${++count}` };
    const one: Attempt = { operation, userId, input, answers: [] };
    attempts.push(one);
    const send = () => sendUntilFinal(client, token, one, tally, closed);
    const isTwin = random.next() < 0.15;
    const isRepeated = random.next() < 0.2;
    const [answer] = await Promise.all(isTwin ? [send(), send()] : [send()]);
    if (isRepeated) await send();
    return answer;
  }

  while (!closing.aborted) {
    const coupon = random.next() < 0.5 ? buyer.coupons.shift() : undefined;
    const { couponId, ...order } = orderOf(buyer, random.pick(carts), coupon);
    const placed = await attempt('placeOrder', { ...order, ...(couponId && { couponId }) });
    const orderId = placed?.orderId;
    const choice = random.next();
    let isPaid = false;
    if (orderId) {
      const pay = () => attempt('payOrder', { orderId, paymentToken: 'sandbox-ok' });
      const cancel = () => attempt('cancelOrder', { orderId });
      if (choice < 0.5) await pay();
      else if (choice < 0.8) await cancel();
      else if (choice < 0.9) await Promise.all([pay(), cancel()]);
      isPaid = attempts.some(
        (one) => one.input.orderId === orderId && one.answers[0]?.type === 'PayOrderSuccess',
      );
    }
    const isFree = !orderId || (!isPaid && choice < 0.9);
    if (coupon && (isFree || !couponId)) buyer.coupons.push(coupon);
    if (buyer.coupons.length === 0) buyer.coupons.push(...(await couponsOf(client, token).catch(() => [])));
    await delay(random.between(0, maxPauseMs));
  }
}

function orderOf({ random, addressId }: Buyer, cart: Cart, coupon: Coupon | undefined) {
  const { shopId, items, expectedTotal } = cart;
  const totalCents = expectedTotal.amountCents;
  const isUsable = coupon && coupon.minimumTotal.amountCents <= totalCents;
  const restCents = totalCents - (isUsable ? Math.min(coupon.discount.amountCents, totalCents) : 0);
  const walletCents = random.next() < 0.5 ? Math.min(random.between(1, 1_500), restCents) : 0;
  return {
    ...{ shopId, items, expectedTotal, addressId },
    couponId: isUsable ? coupon.id : undefined,
    ...(walletCents > 0 && { walletAmount: { amountCents: walletCents, currency: 'EUR' } }),
  };
}

async function topUp({ query }: Client, token: string): Promise<void> {
  const amount = { amountCents: walletCents, currency: 'EUR' };
  const input = { idempotencyKey: 'top-up', amount, paymentToken: 'sandbox-ok' };
  await insist(async () => {
    const { data } = await query(
      'mutation ($input: TopUpWalletInput!) { topUpWallet(input: $input) { __typename } }',
      { variables: { input }, token },
    );
    assert.equal(data?.topUpWallet.__typename, 'TopUpWalletSuccess');
  });
}

async function grantCoupon({ query }: Client, token: string, userId: string, n: number): Promise<void> {
  const campaignId = String(demoId('campaign', 1 + (n % 2)));
  const input = { idempotencyKey: `${userId}-${n}`, campaignId, userId };
  await insist(async () => {
    const { data } = await query(
      'mutation ($input: GrantCouponInput!) { grantCoupon(input: $input) { __typename } }',
      { variables: { input }, token },
    );
    assert.equal(data?.grantCoupon.__typename, 'GrantCouponSuccess');
  });
}

/** Answers get lost before the first process is killed, too. */
async function insist<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await work();
    } catch (error) {
      if (attempts === maxAttempts) throw error;
    }
  }
}

async function couponsOf({ query }: Client, token: string): Promise<Coupon[]> {
  const { data } = await query(
    `{ me { coupons(first: 50) {
      edges { node { id status discount { amountCents } minimumTotal { amountCents } } }
    } } }`,
    { token },
  );
  const nodes = data.me.coupons.edges.map(({ node }: { node: Coupon & { status: string } }) => node);
  return nodes.filter(({ status }: { status: string }) => status === 'AVAILABLE');
}
