import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { auditOutbox } from '@tiffin/lib/audit/audit-outbox';
import { type Finding, MAX_FINDINGS } from '@tiffin/lib/audit/finding';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { customer } from '../neighbours-test-bed.ts';
import { createOrderTestBed, type OrderTestBed } from '../order-test-bed.ts';
import { auditOrders } from './audit-orders.ts';
import { auditTransactions } from './audit-transactions.ts';
import type { Session } from './deps.ts';
import { followDelivery } from './follow-delivery.ts';

let bed: OrderTestBed;
/** By their status; of the demo order there is no transaction. */
const ids = { created: '', paid: '', delivered: '', cancelled: '', demo: '9000' };
before(async () => {
  bed = await createOrderTestBed();
  const goodsId = await bed.addGoods(10);
  const place = async () => (await bed.place([goodsId])).id;
  Object.assign(ids, {
    created: await place(),
    paid: await place(),
    delivered: await place(),
    cancelled: await place(),
  });
  for (const orderId of [ids.paid, ids.delivered]) {
    await bed.api.payOrder({ ...freshKey, orderId, paymentToken: 'sandbox-ok' }, callBy(customer));
  }
  await bed.api.cancelOrder({ ...freshKey, orderId: ids.cancelled }, callBy(customer));
  const heard = { consumer: 'test', eventId: 'delivered', budget: {} };
  await followDelivery(bed.deps, heard, ids.delivered, 'DELIVERED');
  for (const sql of demoOrders(9_000, 9_000)) await bed.deps.database.query(sql);
});
after(() => bed.stop());

/** Completed ones, without transactions. */
function demoOrders(first: number, last: number): string[] {
  return [
    `insert into "order"."order" (
       id, user_id, shop_id, status, total_cents, currency, label, street, city, postal_code, area, placed_at, version)
     select n, 77, 7, 'COMPLETED', 450, 'EUR', 'Home', 'S 1', 'Berlin', '10119', 'Mitte', '2020-01-01Z', 2
     from generate_series(${first}, ${last}) as n`,
    `insert into "order".order_step (order_id, version, status, at)
     select n, version, case version when 1 then 'CREATED' else 'COMPLETED' end, '2020-01-01Z'
     from generate_series(${first}, ${last}) as n, generate_series(1, 2) as version`,
  ];
}

test('orders that are as they should be give no findings', async () => {
  assert.deepEqual(await auditHarmed([]), []);
});

const transaction = '"order".tcc_transaction';
const at = (secondsAgo: number) => `'${new Date(bed.clock.now() - secondsAgo * 1_000).toISOString()}'`;

interface Harm {
  readonly sql: () => readonly string[];
  /** `unit: problem`. */
  readonly found: () => readonly string[];
}

const harms: Record<string, Harm> = {
  'an unpaid order holds nothing any more': {
    sql: () => [`delete from ${transaction} where id = ${ids.created}`],
    found: () => [`order ${ids.created}: is CREATED, and its transaction is missing`],
  },
  'what an unpaid order holds was spent': {
    sql: () => [`update ${transaction} set state = 'CONFIRMED' where id = ${ids.created}`],
    found: () => [`order ${ids.created}: is CREATED, and its transaction is CONFIRMED`],
  },
  'what a paid order holds was freed': {
    sql: () => [`update ${transaction} set state = 'CANCELLED' where id in (${ids.paid}, ${ids.delivered})`],
    found: () => [
      `order ${ids.paid}: is PAID, and its transaction is CANCELLED`,
      `order ${ids.delivered}: is DELIVERED, and its transaction is CANCELLED`,
    ],
  },
  'what a cancelled order holds was spent': {
    sql: () => [`update ${transaction} set state = 'CONFIRMED' where id = ${ids.cancelled}`],
    found: () => [`order ${ids.cancelled}: is CANCELLED, and its transaction is CONFIRMED`],
  },
  'a paid order was never decided': {
    sql: () => [`update ${transaction} set state = 'PREPARED' where id = ${ids.paid}`],
    found: () => [
      `transaction ${ids.paid}: is PREPARED, and its order is PAID`,
      `order ${ids.paid}: is PAID, and its transaction is PREPARED`,
    ],
  },
  'a transaction is prepared for no order': {
    sql: () => [
      `insert into ${transaction} (id, state, participants, open, begun_at)
       values (4711, 'PREPARED', '["stock"]', '["stock"]', ${at(0)})`,
    ],
    found: () => ['transaction 4711: is PREPARED, and its order is missing'],
  },
  'a decided transaction does not end': {
    sql: () => [
      `update ${transaction} set state = 'CONFIRMING', open = '["stock", "funds"]', attempts = 2,
         due_at = ${at(0)}, decided_at = ${at(61)} where id = ${ids.paid}`,
    ],
    found: () => [
      `transaction ${ids.paid}: is CONFIRMING after 2 attempts, and does not end: stock, funds did not follow`,
    ],
  },
  'a decided transaction is stuck': {
    sql: () => [
      `update ${transaction} set state = 'CANCELLING', open = '["coupon"]', attempts = 5,
         due_at = ${at(0)}, decided_at = ${at(31)} where id = ${ids.cancelled}`,
    ],
    found: () => [
      `transaction ${ids.cancelled}: is CANCELLING after 5 attempts, and does not end: coupon did not follow`,
    ],
  },
  'a transaction that was given up is not cancelled': {
    sql: () => [
      `insert into ${transaction} (id, state, participants, open, begun_at, due_at)
       values (4711, 'TRYING', '[]', '[]', ${at(61)}, ${at(30)})`,
    ],
    found: () => ['transaction 4711: is TRYING for more than 60 s'],
  },
  'an unpaid order is not closed': {
    sql: () => [`update "order"."order" set placed_at = ${at(35 * 60 + 1)} where id = ${ids.created}`],
    found: () => [`order ${ids.created}: was not paid in time, and is not closed`],
  },
  'the last step of an order is lost': {
    sql: () => [`delete from "order".order_step where order_id = ${ids.paid} and version = 2`],
    found: () => [`order ${ids.paid}: is PAID in version 2, and its steps are 1, up to CREATED of version 1`],
  },
  'a step in the midst is lost': {
    sql: () => [`delete from "order".order_step where order_id = ${ids.delivered} and version = 2`],
    found: () => [
      `order ${ids.delivered}: is DELIVERED in version 3, and its steps are 2, up to DELIVERED of version 3`,
    ],
  },
  'all steps are lost': {
    sql: () => [`delete from "order".order_step where order_id = ${ids.demo}`],
    found: () => [`order ${ids.demo}: is COMPLETED in version 2, and its steps are none`],
  },
  'a status is forged': {
    sql: () => [`update "order"."order" set status = 'ASSIGNED' where id = ${ids.paid}`],
    found: () => [
      `order ${ids.paid}: is ASSIGNED in version 2, and its steps are 2, up to PAID of version 2`,
    ],
  },
  'an event waits for too long': {
    sql: () => [
      `update "order".outbox set event_id = 'late', occurred_at = ${at(601)} where aggregate_id = '${ids.paid}'`,
    ],
    found: () => [`outbox order: has an event that waits since ${at(601).slice(1, -1)}`],
  },
  'an event was refused by its handlers': {
    sql: () => [
      `update "order".outbox set event_id = 'dead', state = 'dead', dead_at = ${at(0)}
       where aggregate_id = '${ids.paid}'`,
    ],
    found: () => ['outbox order: has 1 dead letters: npm run redrive -- --outbox order --list'],
  },
};

for (const [harm, { sql, found }] of Object.entries(harms)) {
  test(`it is found when ${harm}`, async () => {
    const findings = await auditHarmed(sql());
    assert.deepEqual(
      findings.map(({ unit, problem }) => `${unit}: ${problem}`),
      found(),
    );
  });
}

test('what is under way is no finding', async () => {
  const findings = await auditHarmed([
    `insert into ${transaction} (id, state, participants, open, begun_at, due_at)
     values (4711, 'TRYING', '[]', '[]', ${at(59)}, ${at(0)})`,
    `update ${transaction} set state = 'CONFIRMING', attempts = 4, due_at = ${at(0)}, decided_at = ${at(59)}
     where id = ${ids.paid}`,
    `update ${transaction} set state = 'CANCELLING', due_at = ${at(0)} where id = ${ids.cancelled}`,
    `update ${transaction} set state = 'SETTLED' where id = ${ids.delivered}`,
    `update "order"."order" set placed_at = ${at(35 * 60 - 1)} where id = ${ids.created}`,
    `update "order".outbox set occurred_at = ${at(599)}`,
    `insert into "order".order_step (order_id, version, status, at)
     values (${ids.delivered}, null, 'PICKED_UP', ${at(0)})`,
  ]);
  assert.deepEqual(findings, []);
});

test('findings of all pages are told, the first of them at most', async () => {
  const lost = (after: number) => `delete from "order".order_step where order_id > ${after}`;
  const late = await auditHarmed([...demoOrders(10_001, 14_500), lost(14_498)]);
  assert.deepEqual(
    late.map(({ unit }) => unit),
    ['order 14499', 'order 14500'],
  );
  const many = await auditHarmed([...demoOrders(10_001, 14_500), lost(10_000)]);
  assert.equal(many.length, MAX_FINDINGS);
  assert.equal(many[0]?.unit, 'order 10001');
});

test('an audit that nobody waits for any more stops', async () => {
  const enough = AbortSignal.abort(new Error('Enough.'));
  for (const audit of [auditTransactions, auditOrders, auditOutbox])
    await assert.rejects(allFindings(audit(bed.deps, enough)), /Enough/);
});

/** The last one: it leaves orders behind. */
test('orders that come while a sweep goes on are seen by it, or by the next one', async () => {
  const execute = async (statements: readonly string[]) => {
    for (const statement of statements) await bed.deps.database.query(statement);
  };
  const lost = (id: number) => [
    ...demoOrders(id, id),
    `delete from "order".order_step where order_id = ${id}`,
  ];
  const rest = async (sweep: AsyncIterable<readonly Finding[]>) =>
    (await allFindings(sweep)).map(({ unit }) => unit);
  await execute(demoOrders(20_001, 21_000));
  const sweep = auditOrders(bed.deps);
  // A page of transactions, and the first one of orders.
  for (const _ of [1, 2]) assert.deepEqual((await sweep.next()).value, []);
  await execute([...lost(10_001), ...lost(30_001)]);
  assert.deepEqual(await rest(sweep), ['order 30001']);
  assert.deepEqual(await rest(auditOrders(bed.deps)), ['order 10001', 'order 30001']);
});

/** What the audits find, the quick ones first, in tables that are as before afterwards. */
async function auditHarmed(sql: readonly string[]): Promise<Finding[]> {
  const undone = new Error('Undone.');
  const findings: Finding[] = [];
  const harming = bed.deps.database.transaction(async (em) => {
    for (const statement of sql) await em.execute(statement);
    const inside = <T>(work: (em: Session) => Promise<T>) => work(em);
    const query = <Row extends object>(statement: string, parameters: readonly unknown[] = []) =>
      em.execute<Row[]>(statement, [...parameters]);
    const deps = { clock: bed.clock, database: { transaction: inside, query, schema: 'order' } };
    for (const audit of [auditTransactions, auditOutbox, auditOrders])
      findings.push(...(await allFindings(audit(deps))));
    throw undone;
  });
  await assert.rejects(harming, undone);
  return findings;
}
