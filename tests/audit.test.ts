import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '@tiffin/lib/clock/clock';
import type { Database } from '@tiffin/lib/engines/database';
import type { Job, StartService } from '@tiffin/lib/service/service';
import type { Topology } from '@tiffin/lib/topology/topology';
import type { AuditedService, CrossCheck } from '../scripts/audit/audited.ts';
import { checkAmounts } from '../scripts/audit/check-amounts.ts';
import { checkBranches, checkOrphans } from '../scripts/audit/check-branches.ts';
import { checkDeliveries, checkUnpaidDeliveries } from '../scripts/audit/check-deliveries.ts';
import { checkEvents } from '../scripts/audit/check-events.ts';
import { checkOutboxes } from '../scripts/audit/check-outboxes.ts';
import { orderConsumers } from '../scripts/audit/consumers.ts';
import { runAudit } from '../scripts/audit/run-audit.ts';
import { tellUnit } from '../scripts/audit/tell-unit.ts';
import { topology } from '../tiffin.ts';
import { type Cart, fillCarts } from './cart.ts';
import { soon } from './soon.ts';
import { type PlatformUnderTest, startPlatform } from './start-platform.ts';

describe('what orders leave behind in all services', () => {
  const databases = {} as Record<AuditedService, Database>;
  const jobs: (Job & { readonly service: string })[] = [];
  /** Of a time at which all has settled. */
  const audited = {
    databases,
    clock: { ...systemClock, now: () => Date.now() + 120_000 },
  };
  let platform: PlatformUnderTest;
  let customer: string;
  let orderIds: Record<'unpaid' | 'paid' | 'cancelled' | 'completed', string>;

  before(async () => {
    platform = await startPlatform({}, watched(topology));
    customer = await platform.logIn('customer');
    orderIds = await buy();
  });
  after(() => platform[Symbol.asyncDispose]());

  /** The same components, of which we know the databases and the jobs. */
  function watched(parts: Topology): Topology {
    const entries = Object.entries(parts).map(([service, part]) => {
      if (part.kind !== 'service') return [service, part];
      const start: StartService = async (given) => {
        const openDatabase: typeof given.openDatabase = async (options) => {
          const database = await given.openDatabase(options);
          databases[service as AuditedService] = database;
          return database;
        };
        const running = await part.start({ ...given, openDatabase });
        jobs.push(...(running.jobs ?? []).map((job) => ({ ...job, service })));
        return running;
      };
      return [service, { ...part, start }];
    });
    return Object.fromEntries(entries);
  }

  /** One order of each fate. Coupon and wallet pay for some of it. */
  async function buy() {
    const [cart] = await fillCarts(platform, customer);
    const { data } = await platform.query(
      '{ me { coupons(first: 100) { edges { node { id minimumTotal { amountCents } status } } } } }',
      {
        token: customer,
      },
    );
    const coupons: { id: string; status: string; minimumTotal: { amountCents: number } }[] =
      data.me.coupons.edges.map(({ node }: { node: unknown }) => node);
    const fitting = coupons.filter(
      ({ status, minimumTotal }) =>
        status === 'AVAILABLE' && minimumTotal.amountCents <= cart.expectedTotal.amountCents,
    );
    assert.ok(fitting.length >= 1, 'The demo customer has a coupon for the cart.');
    const walletAmount = { amountCents: 100, currency: 'EUR' };
    const ids = {
      cancelled: await place(cart, { couponId: fitting[0]?.id, walletAmount }),
      completed: '',
      paid: '',
      unpaid: '',
    };
    await change('cancelOrder', { orderId: ids.cancelled });
    ids.completed = await place(cart, { couponId: fitting[0]?.id, walletAmount });
    await change('payOrder', { orderId: ids.completed, paymentToken: 'sandbox-ok' });
    await complete(ids.completed);
    ids.unpaid = await place(cart, { walletAmount });
    ids.paid = await place(cart, {});
    await change('payOrder', { orderId: ids.paid, paymentToken: 'sandbox-ok' });
    await soon(async () => ((await statusOf(ids.paid)) === 'ASSIGNED' ? true : undefined));
    return ids;
  }

  async function complete(orderId: string): Promise<void> {
    const admin = await platform.logIn('admin');
    const deliveryId = await soon(async () => {
      const { data } = await platform.query(
        'query ($id: ID!) { order(id: $id) { delivery { id status } } }',
        { variables: { id: orderId }, token: customer },
      );
      return data.order.delivery?.status === 'ASSIGNED' ? String(data.order.delivery.id) : undefined;
    });
    for (const status of ['PICKED_UP', 'DELIVERED']) {
      await change('reportDelivery', { deliveryId, status }, admin);
    }
    await soon(async () => ((await statusOf(orderId)) === 'DELIVERED' ? true : undefined));
    await change('completeOrder', { orderId });
  }

  let keys = 0;

  async function place(cart: Cart, input: Record<string, unknown>): Promise<string> {
    const { idempotencyKey, shopId, items, addressId, expectedTotal } = cart;
    const answer = await change('placeOrder', {
      ...{ idempotencyKey, shopId, items, addressId, expectedTotal },
      ...input,
    });
    return answer.order.id;
  }

  async function change(field: string, input: Record<string, unknown>, token = customer) {
    const type = `${field[0]?.toUpperCase()}${field.slice(1)}`;
    const result = field === 'reportDelivery' ? 'delivery { id }' : 'order { id }';
    const { data, errors } = await platform.query(
      `mutation ($input: ${type}Input!) {
        ${field}(input: $input) { ... on ${type}Success { ${result} } ... on Error { code message } }
      }`,
      { variables: { input: { idempotencyKey: `audit-${++keys}`, ...input } }, token },
    );
    assert.equal(errors, undefined);
    assert.equal(data[field].code, undefined, `${field}: ${data[field].message}`);
    return data[field];
  }

  async function statusOf(orderId: string): Promise<string> {
    const { data } = await platform.query('query ($id: ID!) { order(id: $id) { status } }', {
      variables: { id: orderId },
      token: customer,
    });
    return data.order.status;
  }

  const find = async (check: CrossCheck) =>
    (await check(audited)).map(({ unit, problem }) => `${unit} ${problem}`);

  it('is in order once all of it has settled', async () => {
    await soon(async () => ((await find(checkEvents)).length === 0 ? true : undefined));
    const { lines, isSound } = await runAudit(audited);
    assert.ok(isSound, lines.join('\n'));
  });

  it('is looked at by all consumers of what becomes of orders', () => {
    const own = jobs.filter(({ topic }) => topic.name.startsWith('order.'));
    const sorted = (list: readonly { consumer: string; topic: string; service: string }[]) =>
      list
        .map(({ consumer, topic, service }) => ({ consumer, topic, service }))
        .toSorted((one, other) => (one.consumer < other.consumer ? -1 : 1));
    assert.deepEqual(
      sorted(orderConsumers),
      sorted(own.map(({ consumer, topic, service }) => ({ consumer, topic: topic.name, service }))),
    );
  });

  it('is a story that names nobody', async () => {
    const story = (await tellUnit(audited, 'order', orderIds.completed)).join('\n');
    for (const word of [
      'CREATED',
      'PAID',
      'RESERVE',
      'DEDUCT',
      'HELD',
      'CAPTURED',
      'delivery.orders applied',
      'COMPLETED',
    ])
      assert.ok(story.includes(word), `${word} is not in:\n${story}`);
    const [person] = await databases.account.query<{ email: string; display_name: string }>(
      `select email, display_name from account."user" where email = 'customer@tiffin.example'`,
    );
    const [place] = await databases.order.query<{ street: string }>(
      'select street from "order"."order" where id = ?',
      [orderIds.completed],
    );
    for (const word of [person?.email, person?.display_name, place?.street]) {
      assert.ok(word && !story.includes(word), `${word} is in:\n${story}`);
    }
  });

  /** Each on top of the others; order, then what is found of it by this check. */
  const harms: Record<string, { check: CrossCheck; sql: string; of: keyof typeof orderIds; found: RegExp }> =
    {
      'the branch of a paid order': {
        check: checkBranches,
        sql: "update goods.tcc_branch set state = 'TRIED' where transaction_id = ?",
        of: 'paid',
        found: /is CONFIRMED, and its branch of stock is TRIED$/,
      },
      'the transaction of an unpaid order': {
        check: checkOrphans,
        sql: 'delete from "order".tcc_transaction where id = ?',
        of: 'unpaid',
        found: /holds its (stock|funds), and its transaction is missing$/,
      },
      'the amount that a wallet paid': {
        check: checkAmounts,
        sql: 'update "order"."order" set wallet_cents = wallet_cents - 1 where id = ?',
        of: 'completed',
        found: /has 0 held \+ 99 captured EUR cents, and the books say 0 held \+ 100 captured EUR cents$/,
      },
      'an inbox': {
        check: checkEvents,
        sql: `with step as (select event_id from "order".order_step where order_id = ? and status = 'COMPLETED')
        delete from shop.inbox using step where inbox.event_id = step.event_id`,
        of: 'completed',
        found: /became COMPLETED, and shop.reviewers has not applied the event /,
      },
      'how far a delivery is': {
        check: checkDeliveries,
        sql: "update delivery.delivery set status = 'PICKED_UP' where order_id = ?",
        of: 'paid',
        found: /is ASSIGNED, and its delivery \d+ is PICKED_UP$/,
      },
      'for what order a delivery is': {
        check: checkUnpaidDeliveries,
        sql: `update delivery.delivery set order_id = ? where status = 'DELIVERED'`,
        of: 'cancelled',
        found: /is CANCELLED, and has the delivery \d+$/,
      },
    };

  for (const [what, { check, sql, of, found }] of Object.entries(harms)) {
    it(`is found to be wrong when somebody changes ${what}`, async () => {
      await databases.order.query(sql, [orderIds[of]]);
      const findings = (await find(check)).filter((finding) => finding.startsWith(`order ${orderIds[of]} `));
      assert.ok(findings.length > 0);
      for (const finding of findings) assert.match(finding, found);
    });
  }

  it('is found to be wrong when somebody gives up an event', async () => {
    await databases.order.query(
      `insert into "order".outbox (event_id, topic, aggregate_id, aggregate_version, occurred_at, traceparent, payload,
         state, due_at, dead_at)
       values ('dead-1', 'order.paid.v1', '1', 1, now(), '', '', 'dead', now(), now())`,
    );
    assert.deepEqual(await find(checkOutboxes), [
      'outbox order has 1 dead letters: npm run redrive -- --outbox order --list',
    ]);
  });
});
