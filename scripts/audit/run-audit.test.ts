import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { type AuditTestBed, createAuditTestBed, nowSeconds } from './audit-test-bed.ts';
import type { Audited, AuditedDatabase, CrossCheck } from './audited.ts';
import { checkAmounts } from './check-amounts.ts';
import { checkBranches, checkOrphans } from './check-branches.ts';
import { checkDeliveries, checkUnpaidDeliveries } from './check-deliveries.ts';
import { checkEvents } from './check-events.ts';
import { checkOutboxes } from './check-outboxes.ts';
import { checks } from './checks.ts';
import { runAudit } from './run-audit.ts';
import { tellUnit } from './tell-unit.ts';

let bed: AuditTestBed;
before(async () => {
  bed = await createAuditTestBed();
});
beforeEach(() => bed.reset());
after(() => bed.stop());

const sql = (statement: string) => bed.databases.order.query(statement);
const find = async (check: CrossCheck, audited: Audited = bed) =>
  (await check(audited)).map(({ unit, problem }) => `${unit} ${problem}`);

test('books that agree give no findings', async () => {
  const { lines, isSound } = await runAudit(bed);
  assert.deepEqual(
    lines,
    checks.map(({ claim }) => `ok            ${claim}`),
  );
  assert.equal(isSound, true);
});

const lateEvent = (topic: string, state: string, secondsAgo: number) =>
  `insert into goods.outbox (event_id, topic, aggregate_id, aggregate_version, occurred_at, traceparent, payload, state,
     due_at, dead_at)
   values ('late-1', '${topic}', '5', 1, to_timestamp(${nowSeconds - secondsAgo}), '', '', '${state}', 'epoch',
     ${state === 'dead' ? "'epoch'" : 'null'})`;

/** What is done to the books behind the services' backs, and what each check says of it. */
const harms: Record<string, { check: CrossCheck; sql: readonly string[]; found: readonly string[] }> = {
  'a paid order keeps its stock frozen': {
    check: checkBranches,
    sql: ["update goods.tcc_branch set state = 'TRIED' where transaction_id = 2"],
    found: ['order 2 is CONFIRMED, and its branch of stock is TRIED'],
  },
  'a cancelled order uses its coupon': {
    check: checkBranches,
    sql: ["update activity.tcc_branch set state = 'CONFIRMED' where transaction_id = 3"],
    found: ['order 3 is CANCELLED, and its branch of coupon is CONFIRMED'],
  },
  'an unpaid order holds no money': {
    check: checkBranches,
    sql: ['delete from account.tcc_branch where transaction_id = 1'],
    found: ['order 1 is PREPARED, and its branch of funds is missing'],
  },
  'somebody takes part whom nobody asked': {
    check: checkBranches,
    sql: [`update "order".tcc_transaction set participants = '["stock", "funds"]' where id = 2`],
    found: ['order 2 has a CONFIRMED branch of coupon, which takes no part in it'],
  },
  'something is held for a transaction that is lost': {
    check: checkOrphans,
    sql: ['delete from "order".tcc_transaction where id = 1'],
    found: ['stock', 'coupon', 'funds'].map(
      (name) => `order 1 holds its ${name}, and its transaction is missing`,
    ),
  },
  'something is held for a transaction that was put right by hand': {
    check: checkOrphans,
    sql: [
      `update "order".tcc_transaction set state = 'SETTLED' where id = 1`,
      "update account.tcc_branch set state = 'CANCELLED' where transaction_id = 1",
    ],
    found: ['stock', 'coupon'].map((name) => `order 1 holds its ${name}, and its transaction is SETTLED`),
  },
  'an order sells other units than were ordered': {
    check: checkAmounts,
    sql: ['update "order".order_item set quantity = 3 where order_id = 2'],
    found: ['order 2 has 0 frozen + 3 sold of goods 5, and the books say 0 frozen + 2 sold of goods 5'],
  },
  'a cancelled order keeps units': {
    check: checkAmounts,
    sql: ["delete from goods.stock_entry where order_id = 3 and kind = 'RELEASE'"],
    found: ['order 3 has nothing, and the books say 2 frozen + 0 sold of goods 5'],
  },
  'an order takes less money than it says': {
    check: checkAmounts,
    sql: ['update "order"."order" set wallet_cents = 300 where id = 1'],
    found: ['order 1 has 300 held + 0 captured EUR cents, and the books say 200 held + 0 captured EUR cents'],
  },
  'a paid order leaves its money held': {
    check: checkAmounts,
    sql: ['delete from account.ledger_entry where transfer_id = 4'],
    found: ['order 2 has 0 held + 200 captured EUR cents, and the books say 200 held + 0 captured EUR cents'],
  },
  'another user pays': {
    check: checkAmounts,
    sql: ['update account.ledger_transfer set user_id = 6 where order_id = 2'],
    found: ['order 2 has 0 held + 200 captured EUR cents, and the books say the same of another user'],
  },
  'an order uses another coupon than it says': {
    check: checkAmounts,
    sql: ['update "order"."order" set coupon_id = 74 where id = 2'],
    found: ['order 2 has USED coupon 74, and the books say USED coupon 72'],
  },
  'the coupon of an unpaid order is used': {
    check: checkAmounts,
    sql: ["update activity.coupon set status = 'USED' where id = 71"],
    found: ['order 1 has LOCKED coupon 71, and the books say USED coupon 71'],
  },
  'an order loses its row': {
    check: checkAmounts,
    sql: [
      'delete from "order".order_step where order_id = 1',
      'delete from "order".order_item where order_id = 1',
      'delete from "order"."order" where id = 1',
    ],
    found: [
      'order 1 has nothing, and the books say 2 frozen + 0 sold of goods 5',
      'order 1 has nothing, and the books say 200 held + 0 captured EUR cents',
      'order 1 has nothing, and the books say LOCKED coupon 71',
    ],
  },
  'a consumer has missed an event': {
    check: checkEvents,
    sql: ["delete from shop.inbox where event_id = 'paid-2'", 'truncate search.inbox'],
    found: ['search.popularity', 'shop.orders'].map(
      (consumer) => `order 2 became PAID, and ${consumer} has not applied the event paid-2`,
    ),
  },
  'the consumer of the other event has missed it': {
    check: checkEvents,
    sql: ["delete from shop.inbox where event_id = 'completed-2'"],
    found: ['order 2 became COMPLETED, and shop.reviewers has not applied the event completed-2'],
  },
  'nobody was told of a payment': {
    check: checkEvents,
    sql: [`update "order".order_step set event_id = null where status = 'PAID'`],
    found: ['order 2 became PAID, and no event tells it'],
  },
  'a paid order is not delivered': {
    check: checkDeliveries,
    sql: ['delete from delivery.delivery'],
    found: ['order 2 was paid, and has 0 deliveries'],
  },
  'a paid order is delivered twice': {
    check: checkDeliveries,
    sql: [
      'alter table delivery.delivery drop constraint delivery_order_id_key',
      `insert into delivery.delivery (id, order_id, user_id, shop_id, status, requested_at, changed_at, version, due_at)
       values (81, 2, 4, 9, 'REQUESTED', 'epoch', 'epoch', 1, 'epoch')`,
    ],
    found: ['order 2 was paid, and has 2 deliveries'],
  },
  'a delivery goes to somebody else': {
    check: checkDeliveries,
    sql: ['update delivery.delivery set user_id = 6'],
    found: ['order 2 goes with delivery 80, which is for another user or shop'],
  },
  'an order is ahead of its delivery': {
    check: checkDeliveries,
    sql: ["update delivery.delivery set status = 'PICKED_UP'"],
    found: ['order 2 is COMPLETED, and its delivery 80 is PICKED_UP'],
  },
  'an order does not follow its delivery': {
    check: checkDeliveries,
    sql: [`update "order"."order" set status = 'ASSIGNED' where id = 2`],
    found: ['order 2 is ASSIGNED, and its delivery 80 is DELIVERED'],
  },
  'an unpaid order is delivered': {
    check: checkUnpaidDeliveries,
    sql: ['update delivery.delivery set order_id = 1'],
    found: ['order 1 is CREATED, and has the delivery 80'],
  },
  'an order is delivered that is not there': {
    check: checkUnpaidDeliveries,
    sql: ['update delivery.delivery set order_id = 6'],
    found: ['order 6 is missing, and has the delivery 80'],
  },
  'an event was given up': {
    check: checkOutboxes,
    sql: [lateEvent('goods.changed.v1', 'dead', 1)],
    found: ['outbox goods has 1 dead letters: npm run redrive -- --outbox goods --list'],
  },
  'an event waits for too long': {
    check: checkOutboxes,
    sql: [lateEvent('goods.changed.v1', 'pending', 601)],
    found: ['outbox goods has an event that waits since 2020-09-13T12:16:39.000Z'],
  },
};

for (const [harm, { check, sql: statements, found }] of Object.entries(harms)) {
  test(`it is found when ${harm}`, async () => {
    for (const statement of statements) await sql(statement);
    assert.deepEqual(await find(check), found);
  });
}

/** What is not a finding, though it looks like one. */
const traffic: Record<string, { check: CrossCheck; sql: readonly string[] }> = {
  'a transaction that has just ended': {
    check: checkBranches,
    sql: [
      "update goods.tcc_branch set state = 'TRIED' where transaction_id = 2",
      `update "order".tcc_transaction set ended_at = to_timestamp(${nowSeconds - 59}) where id = 2`,
    ],
  },
  'a transaction on its way': {
    check: checkBranches,
    sql: [
      "update goods.tcc_branch set state = 'TRIED' where transaction_id = 2",
      `update "order".tcc_transaction set state = 'CONFIRMING', due_at = 'epoch', ended_at = null where id = 2`,
    ],
  },
  'a cancelled order that a participant never heard of': {
    check: checkBranches,
    sql: ['delete from account.tcc_branch where transaction_id = 3'],
  },
  'a transaction whose branches are forgotten': {
    check: checkBranches,
    sql: [
      'delete from goods.tcc_branch where transaction_id = 2',
      `update "order".tcc_transaction set ended_at = to_timestamp(${nowSeconds - 45 * 86_400}) where id = 2`,
    ],
  },
  'an order from before there were transactions': {
    check: checkBranches,
    sql: [
      `insert into "order".tcc_transaction (id, state, participants, open, begun_at)
       values (9, 'PREPARED', '[]', '[]', 'epoch')`,
      "insert into goods.tcc_branch values (9, 'stock', 'CONFIRMED', 'epoch')",
    ],
  },
  'an order that was just paid': {
    check: checkEvents,
    sql: [
      "delete from shop.inbox where event_id = 'paid-2'",
      `update "order".order_step set at = to_timestamp(${nowSeconds - 59}) where status = 'PAID'`,
    ],
  },
  'an event that inboxes have forgotten': {
    check: checkEvents,
    sql: ['truncate shop.inbox, search.inbox', `update "order".order_step set at = 'epoch'`],
  },
  'a delivery that has just moved on': {
    check: checkDeliveries,
    sql: [
      `update "order"."order" set status = 'PICKED_UP' where id = 2`,
      `update delivery.delivery set changed_at = to_timestamp(${nowSeconds - 59})`,
    ],
  },
  'an event that waits for a moment': {
    check: checkOutboxes,
    sql: [lateEvent('goods.changed.v1', 'pending', 599)],
  },
};

for (const [what, { check, sql: statements }] of Object.entries(traffic)) {
  test(`${what} is no finding`, async () => {
    for (const statement of statements) await sql(statement);
    assert.deepEqual(await find(check), []);
  });
}

/** What happens to order 1 between the question to the order service and the one to the others. */
const meanwhile = {
  checkBranches: { check: checkBranches, asked: 'goods' },
  checkAmounts: { check: checkAmounts, asked: 'account' },
} as const;

for (const [name, { check, asked }] of Object.entries(meanwhile)) {
  test(`an order that is paid while ${name} looks at it is no finding`, async () => {
    const pay = async () => {
      await sql(`update "order".tcc_transaction set state = 'CONFIRMED' where id = 1`);
      await sql("update goods.tcc_branch set state = 'CONFIRMED' where transaction_id = 1");
      await sql("update account.tcc_branch set state = 'CONFIRMED' where transaction_id = 1");
      await sql('delete from account.ledger_entry where transfer_id = 2');
    };
    assert.deepEqual(await find(check, whenAsked(asked, pay)), []);
  });
}

test('an order that follows its delivery while it is looked at is no finding', async () => {
  await sql(`update "order"."order" set status = 'ASSIGNED', version = 3 where id = 2`);
  const follow = () => sql(`update "order"."order" set status = 'DELIVERED', version = 5 where id = 2`);
  assert.deepEqual(await find(checkDeliveries, whenAsked('delivery', follow)), []);
});

test('a hundred findings are enough, however many pages they are on', async () => {
  await sql(
    `insert into "order".tcc_transaction (id, state, participants, open, begun_at)
     select id, 'PREPARED', '["stock"]', '[]', 'epoch' from generate_series(101, 1300) as id`,
  );
  await sql(
    `insert into goods.tcc_branch select id, 'stock', 'TRIED', 'epoch' from generate_series(101, 1298) as id`,
  );
  assert.deepEqual(await find(checkBranches), [
    'order 1299 is PREPARED, and its branch of stock is missing',
    'order 1300 is PREPARED, and its branch of stock is missing',
  ]);
  await sql('truncate goods.tcc_branch');
  assert.equal((await find(checkBranches)).length, 100);
});

test('a check that cannot look is told, and stops no other', async () => {
  const away: AuditedDatabase = {
    ...bed.databases.delivery,
    query: () => Promise.reject(Object.assign(new Error('no such table'), { code: '42P01' })),
  };
  const databases = { ...bed.databases, delivery: away };
  const { lines, isSound } = await runAudit({ ...bed, databases });
  const verdicts = lines.filter((line) => /^\w/.test(line)).map((line) => line.split(' ')[0]);
  // Consumers of events are asked at the delivery service too.
  assert.deepEqual(verdicts, [...Array(10).fill('ok'), ...Array(4).fill('failed')]);
  assert.ok(lines.includes('    tables are missing: start the platform once, which makes them'));
  assert.equal(isSound, false);
});

test('a finding comes with what happened to its unit', async () => {
  await sql("update goods.tcc_branch set state = 'TRIED' where transaction_id = 2");
  const { lines, isSound } = await runAudit(bed);
  assert.equal(isSound, false);
  const from = lines.indexOf('1 finding     transactions: all participants stand where their order does');
  assert.equal(lines[from + 1], '    order 2 is CONFIRMED, and its branch of stock is TRIED');
  assert.ok(lines.includes('order 2'));
  assert.ok(lines.includes('goods 5'), 'its stock does not balance either');
});

test('the story of an order has what all services know of it, and names nobody', async () => {
  await sql(
    `insert into "order".delayed_task (kind, key, due_at, take_at) values ('a-kind', '2', 'epoch', 'epoch')`,
  );
  await sql(
    `insert into "order".outbox (event_id, topic, aggregate_id, aggregate_version, occurred_at, traceparent, payload,
       due_at) values ('other-2', 'order.other.v1', '2', 6, 'epoch', '', '', 'epoch')`,
  );
  const lines = await tellUnit(bed, 'order', '2');
  const story = lines.map((line) =>
    line
      .trim()
      .replace(/^\S+T(\S+)\.000Z +/, '$1 ')
      .replace(/ {2,}/g, ' '),
  );
  assert.deepEqual(story, [
    'order 2',
    'COMPLETED in version 6, shop 9, 1000 EUR cents in all, 100 off by coupon 72, 200 from the wallet: 2 of goods 5',
    'its transaction is CONFIRMED after 0 attempts in vain, open: []',
    'coupon 72 is USED for it',
    '00:00:00 order task a-kind is due',
    '00:00:00 order event other-2 of order.other.v1 is pending in the outbox after 0 refusals',
    '11:26:40 order transaction begins with ["stock", "coupon", "funds"]',
    '11:26:40 goods branch of stock is CONFIRMED',
    '11:26:40 goods RESERVE goods 5: available -2, frozen 2, sold 0',
    '11:26:40 goods DEDUCT goods 5: available 0, frozen -2, sold 2',
    '11:26:40 account branch of funds is CONFIRMED',
    '11:26:40 account HELD EUR cents: USER_AVAILABLE -200, USER_HELD 200',
    '11:26:40 account CAPTURED EUR cents: ORDER_REVENUE 200, USER_HELD -200',
    '11:26:40 activity branch of coupon is CONFIRMED',
    '11:26:40 activity campaign 60 grants coupon 74 for it',
    '11:26:40 delivery delivery 80 is requested',
    '11:26:40 delivery delivery 80 is DELIVERED in version 4',
    '11:27:40 order order is CREATED',
    '11:27:40 order transaction is decided',
    '11:27:40 order transaction has ended: CONFIRMED',
    '11:28:40 order order is PAID, told by event paid-2',
    '11:28:40 activity activity.coupons applied event paid-2',
    '11:28:40 delivery delivery.orders applied event paid-2',
    '11:28:40 shop shop.orders applied event paid-2',
    '11:28:40 search search.popularity applied event paid-2',
    '11:29:40 order order is ASSIGNED',
    '11:30:40 order order is PICKED_UP',
    '11:31:40 order order is DELIVERED',
    '11:32:40 order order is COMPLETED, told by event completed-2',
    '11:32:40 shop shop.reviewers applied event completed-2',
  ]);
  assert.doesNotMatch(lines.join('\n'), /secret/i);
});

test('the story of goods is how their stock moved', async () => {
  const lines = await tellUnit(bed, 'goods', '5');
  assert.deepEqual(
    lines.map((line) => line.trim().replace(/^\S+Z +goods +/, '')),
    [
      'goods 5',
      'available 6 + frozen 2 + sold 2',
      'ADJUST: available +10 → 10',
      'RESERVE of order 1: available -2 → 8, frozen +2 → 2',
      'RESERVE of order 2: available -2 → 6, frozen +2 → 4',
      'DEDUCT of order 2: frozen -2 → 2, sold +2 → 2',
      'RESERVE of order 3: available -2 → 4, frozen +2 → 4',
      'RELEASE of order 3: available +2 → 6, frozen -2 → 2',
    ],
  );
});

test('of what nobody knows there is no story', async () => {
  assert.deepEqual(await tellUnit(bed, 'order', '404'), ['order 404: nobody knows of it']);
});

/** The same databases, where something happens before `service` is asked for the first time. */
function whenAsked(service: 'goods' | 'account' | 'delivery', happen: () => Promise<unknown>): Audited {
  let happened: Promise<unknown> | undefined;
  const query: AuditedDatabase['query'] = async (statement, parameters) => {
    happened ??= happen();
    await happened;
    return bed.databases[service].query(statement, parameters);
  };
  return { ...bed, databases: { ...bed.databases, [service]: { ...bed.databases[service], query } } };
}
