import assert from 'node:assert/strict';
import { it } from 'node:test';
import { systemClock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import { type Audited, auditedServices } from '../scripts/audit/audited.ts';
import { checks } from '../scripts/audit/checks.ts';
import { fillCarts } from './cart.ts';
import { type Answer, type Attempt, type Operation, sendUntilFinal, type Tally } from './chaos/attempt.ts';
import { gatherBuyers, type LastUnitBuyer, walletCents } from './last-unit-buyers.ts';
import { stockedGoods } from './last-unit-goods.ts';
import { withDatabases } from './platform-databases.ts';
import { soon } from './soon.ts';
import { type PlatformUnderTest, startPlatform } from './start-platform.ts';

/** Requests on their way at the same time. */
const concurrency = 50;
const maxMs = 120_000;
/** The auditor leaves alone what is young. */
const auditAheadMs = 15 * 60_000;

/** All want the last unit at once, with a coupon and money of their wallets: one gets it, nobody else loses anything. */
export function testLastUnit(
  engine: string,
  buyerCount: number,
  environment: () => Promise<Record<string, string>>,
): void {
  it(`one of ${buyerCount} buyers gets the last unit and can pay for it, the others lose nothing, on ${engine}`, {
    timeout: maxMs + 60_000,
  }, async (t) => {
    const { parts, databases } = withDatabases();
    await using platform = await startPlatform(await environment(), parts);
    const [admin, customer] = await Promise.all([platform.logIn('admin'), platform.logIn('customer')]);
    const [{ shopId }] = await fillCarts(platform, customer);
    const goods = await stockedGoods(platform, admin, shopId, 1);
    const buyers = await gatherBuyers(databases, platform.dataDir, buyerCount);
    assert.equal(buyers.length, buyerCount);
    const tally: Tally = new Map();
    const answers = await inTurns(buyers, ({ addressId, couponId, ...buyer }) =>
      mutate(platform, buyer, tally, 'placeOrder', {
        ...{ shopId, addressId, couponId, expectedTotal: goods.price },
        items: [{ goodsId: goods.id, quantity: 1 }],
        walletAmount: { amountCents: walletCents, currency: 'EUR' },
      }),
    );
    t.diagnostic([...tally].map(([what, count]) => `${count} × ${what}`).join(', '));

    assert.deepEqual(
      [...tally.keys()].filter((what) => /errors\[\]|no answer/.test(what)),
      [],
    );
    const winners = answers.flatMap((answer, index) =>
      answer.type === 'PlaceOrderSuccess' ? [{ ...buyers[index], orderId: answer.orderId }] : [],
    );
    const [winner, ...more] = winners as (LastUnitBuyer & { orderId: string })[];
    assert.ok(winner && more.length === 0, `${winners.length} buyers have the last unit.`);
    const losers = new Set(answers.map(({ type }) => type).filter((type) => type !== 'PlaceOrderSuccess'));
    assert.deepEqual([...losers], ['OutOfStock']);
    await ended(databases);
    assert.deepEqual(await holdings(databases, goods.id, buyers), {
      stock: { available: 0, frozen: 1, sold: 0 },
      coupons: { AVAILABLE: buyerCount - 1, LOCKED: 1 },
      wallets: { untouched: buyerCount - 1, [`0 and ${walletCents} held`]: 1 },
    });

    const { orderId } = winner;
    const paid = await mutate(platform, winner, tally, 'payOrder', { orderId, paymentToken: 'sandbox-ok' });
    assert.deepEqual(paid, { type: 'PayOrderSuccess', orderId });
    await ended(databases);
    assert.deepEqual(await holdings(databases, goods.id, buyers), {
      stock: { available: 0, frozen: 0, sold: 1 },
      coupons: { AVAILABLE: buyerCount - 1, USED: 1 },
      wallets: { untouched: buyerCount - 1, '0 and 0 held': 1 },
    });
    const findings = await soon(async () => {
      const found = await audit(databases);
      return found.length === 0 ? found : undefined;
    }, 30_000).catch(() => audit(databases));
    assert.deepEqual(findings, []);
  });
}

/** So many at a time, the answers in the order of the items. */
async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}

/** As a client does it: the same attempt again while its answer is not final. */
async function mutate(
  platform: PlatformUnderTest,
  { userId, token }: Pick<LastUnitBuyer, 'userId' | 'token'>,
  tally: Tally,
  operation: Operation,
  fields: object,
): Promise<Answer> {
  const attempt: Attempt = {
    ...{ operation, userId, answers: [] },
    input: { ...fields, idempotencyKey: operation },
  };
  const answer = await sendUntilFinal(platform, token, attempt, tally, AbortSignal.timeout(maxMs));
  return answer ?? assert.fail(`${operation} of user ${userId} never got an answer.`);
}

type Databases = ReadonlyMap<string, Database>;

function databaseOf(databases: Databases, service: string): Database {
  return databases.get(service) ?? assert.fail(`${service} has no database.`);
}

/** All participants have followed what was decided. */
async function ended(databases: Databases): Promise<void> {
  await soon(async () => {
    const open = await databaseOf(databases, 'order').query(
      `select 1 from "order".tcc_transaction where state in ('TRYING', 'CONFIRMING', 'CANCELLING') limit 1`,
    );
    return open.length === 0 ? true : undefined;
  }, 60_000);
}

/** What there is of the goods, and how many of the buyers have what. */
async function holdings(databases: Databases, goodsId: string, buyers: readonly LastUnitBuyer[]) {
  const [stock] = await databaseOf(databases, 'goods').query<{ sold: string }>(
    'select available, frozen, sold from goods.goods where id = ?',
    [goodsId],
  );
  const coupons = await databaseOf(databases, 'activity').query<{ what: string; count: string }>(
    'select status as what, count(*) from activity.coupon where id = any(?::bigint[]) group by status order by status',
    [`{${buyers.map(({ couponId }) => couponId)}}`],
  );
  const wallets = await databaseOf(databases, 'account').query<{ what: string; count: string }>(
    `select what, count(*) from account.wallet_balance cross join lateral (select
       case when (available_cents, held_cents) = (${walletCents}, 0) then 'untouched'
         else available_cents || ' and ' || held_cents || ' held' end as what) as said
     where user_id = any(?::bigint[]) group by what order by what`,
    [`{${buyers.map(({ userId }) => userId)}}`],
  );
  const counts = (rows: typeof coupons) =>
    Object.fromEntries(rows.map(({ what, count }) => [what, Number(count)]));
  return {
    stock: { ...stock, sold: Number(stock?.sold) },
    ...{ coupons: counts(coupons), wallets: counts(wallets) },
  };
}

async function audit(databases: Databases): Promise<string[]> {
  const entries = auditedServices.map((service) => [service, databaseOf(databases, service)]);
  const audited = { databases: Object.fromEntries(entries) as Audited['databases'] };
  const clock = { ...systemClock, now: () => systemClock.now() + auditAheadMs };
  const findings: string[] = [];
  for (const { find } of checks) {
    for (const { unit, problem } of await find({ ...audited, clock })) findings.push(`${unit} ${problem}`);
  }
  return findings;
}
