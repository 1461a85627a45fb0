import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { AppError } from '@tiffin/lib/errors/app-error';
import { anonymous, type Identity } from '@tiffin/lib/identity/identity';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { failsWith, violates } from '@tiffin/lib/testing/expect-error';
import { freshKey, newKey } from '@tiffin/lib/testing/fresh-key';
import type { AccessRule } from '@tiffin/proto/gen/tiffin/access/v1/access';
import type { FlashSaleFields } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_admin';
import { accessRuleLimits } from '@tiffin/proto/limits/access-rule-limits';
import {
  type ActivityTestBed,
  administrator,
  createActivityTestBed,
  customer,
  dayMs,
  goods,
} from '../activity-test-bed.ts';
import { auditFlashSales } from '../domain/audit-flash-sales.ts';
import { flashSaleAdmin } from './flash-sale-admin.ts';

let bed: ActivityTestBed;
let toCome: FlashSaleFields;
before(async () => {
  bed = await createActivityTestBed();
});
after(() => bed.stop());
beforeEach(() => {
  toCome = { ...fields, startsAt: fromNow(dayMs), endsAt: fromNow(2 * dayMs) };
  bed.statements.length = 0;
});

const byAdmin = callBy(administrator);
const fromNow = (ms: number) => new Date(bed.clock.now() + ms);
const rules: AccessRule[] = [
  { rule: { $case: 'accountAge', value: { minDays: 3_650 } } },
  { rule: { $case: 'area', value: { areas: ['Phở "Bò" & co. 🍜?', 'Kreis 4'] } } },
  { rule: { $case: 'pastOrders', value: { minOrders: 1 } } },
];
const fields: FlashSaleFields = {
  name: 'Phở "Bò" & co. 🍜?',
  goodsId: goods.id,
  price: { amountCents: 2 ** 32 + 1, currency: 'EUR' },
  startsAt: undefined,
  endsAt: undefined,
  rules,
};

async function create(change: Partial<FlashSaleFields> = {}, stock = 10, identity: Identity = administrator) {
  const request = { ...freshKey, fields: { ...toCome, ...change }, stock };
  const { flashSale } = await bed.saleAdmin.createFlashSale(request, callBy(identity));
  return flashSale ?? assert.fail();
}

async function createdId(change: Partial<FlashSaleFields> = {}, stock = 10) {
  return (await create(change, stock)).flashSale?.id ?? assert.fail();
}

async function update(flashSaleId: string, version: number, change: Partial<FlashSaleFields>) {
  const request = { ...freshKey, flashSaleId, version, fields: { ...toCome, ...change } };
  return (await bed.saleAdmin.updateFlashSale(request, byAdmin)).flashSale ?? assert.fail();
}

async function adjust(flashSaleId: string, delta: number, reason = 'Count') {
  const request = { ...freshKey, flashSaleId, delta, reason };
  return (await bed.saleAdmin.adjustFlashSaleStock(request, byAdmin)).flashSale ?? assert.fail();
}

async function end(flashSaleId: string) {
  const answer = await bed.saleAdmin.endFlashSale({ ...freshKey, flashSaleId }, byAdmin);
  return answer.flashSale ?? assert.fail();
}

const remove = (flashSaleId: string) => bed.saleAdmin.deleteFlashSale({ ...freshKey, flashSaleId }, byAdmin);

async function ledgerOf(flashSaleId: string) {
  const rows = await bed.deps.database.query<Record<string, unknown>>(
    `select kind, left_delta, reason, actor_id, order_id from activity.flash_sale_stock_entry
     where flash_sale_id = ? order by id`,
    [flashSaleId],
  );
  return rows.map((row) => Object.values(row));
}

test('a new flash sale is what was written, with the shop of its goods, and its stock is in the ledger', async () => {
  const created = await create();
  const { id = '' } = created.flashSale ?? {};
  const { rules: _rules, ...written } = toCome;
  assert.deepEqual(created, {
    flashSale: {
      ...written,
      id,
      shopId: goods.shopId,
      stock: 10,
      left: 10,
      status: 'FLASH_SALE_STATUS_UPCOMING',
    },
    rules,
    version: 1,
    reserved: 0,
    sold: 0,
  });
  assert.deepEqual((await bed.getFlashSale(id)).rules, rules);
  assert.deepEqual(await ledgerOf(id), [['ADJUST', 10, 'First stock', administrator.userId, null]]);
});

test('a creation is repeated by its key without a second flash sale', async () => {
  const request = { idempotencyKey: newKey(), fields: toCome, stock: 5 };
  const first = await bed.saleAdmin.createFlashSale(request, byAdmin);
  assert.deepEqual(await bed.saleAdmin.createFlashSale(request, byAdmin), first);
});

test('its goods must be there, and its price in their currency', async () => {
  await assert.rejects(create({ goodsId: '71' }), failsWith('GOODS_NOT_FOUND', { goodsId: '71' }));
  const price = { amountCents: 1, currency: 'CHF' };
  await assert.rejects(create({ price }), violates('fields.price.currency'));
  const id = await createdId();
  await assert.rejects(update(id, 1, { goodsId: '71' }), failsWith('GOODS_NOT_FOUND', { goodsId: '71' }));
  await assert.rejects(update(id, 1, { price }), violates('fields.price.currency'));
  const away = new AppError('UNAVAILABLE', { retryAfterMs: 1_000 });
  const lonely = flashSaleAdmin({ ...bed.deps, goods: { batchGetGoods: () => Promise.reject(away) } });
  await assert.rejects(lonely.createFlashSale({ ...freshKey, fields: toCome, stock: 1 }, byAdmin), away);
});

test('a change rests on a version, and leaves the stock alone', async () => {
  const id = await createdId();
  const changed = await update(id, 1, { name: 'Other', rules: [] });
  assert.deepEqual([changed.flashSale?.name, changed.rules, changed.version], ['Other', [], 2]);
  assert.equal(changed.flashSale?.stock, 10);
  await assert.rejects(update(id, 1, {}), failsWith('VERSION_CONFLICT', { currentVersion: 2 }));
  const outcomes = await Promise.allSettled([update(id, 2, { name: 'A' }), update(id, 2, { name: 'B' })]);
  const [lost] = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.ok(AppError.is(lost?.reason, 'VERSION_CONFLICT'));
});

test('from its start on it is neither changed nor deleted', async () => {
  const id = await createdId({ startsAt: fromNow(10) });
  await bed.clock.advance(9);
  await update(id, 1, { startsAt: fromNow(1) });
  await bed.clock.advance(1);
  await assert.rejects(update(id, 2, {}), failsWith('FLASH_SALE_STARTED', { flashSaleId: id }));
  await assert.rejects(remove(id), failsWith('FLASH_SALE_STARTED', { flashSaleId: id }));
});

test('one that has not started is deleted with its ledger, once', async () => {
  const id = await createdId();
  const request = { idempotencyKey: newKey(), flashSaleId: id };
  assert.deepEqual(await bed.saleAdmin.deleteFlashSale(request, byAdmin), {});
  assert.deepEqual(await bed.saleAdmin.deleteFlashSale(request, byAdmin), {});
  assert.deepEqual(await ledgerOf(id), []);
  await assert.rejects(remove(id), failsWith('FLASH_SALE_NOT_FOUND', { flashSaleId: id }));
});

test('one that somebody joined by a clock that is ahead is not deleted', async () => {
  const id = await createdId();
  await bed.addTicket(id, '1');
  await assert.rejects(remove(id), failsWith('FLASH_SALE_STARTED', { flashSaleId: id }));
  assert.equal((await ledgerOf(id)).length, 1);
});

test('it ends now, once, also before its start, and whoever waits keeps the place', async () => {
  const id = await createdId({ startsAt: fromNow(-dayMs), endsAt: fromNow(dayMs) });
  const ticketId = await bed.addTicket(id, '1');
  const ended = await end(id);
  assert.deepEqual(
    [ended.flashSale?.status, ended.flashSale?.endsAt, ended.version],
    ['FLASH_SALE_STATUS_ENDED', fromNow(0), 2],
  );
  await bed.clock.advance(1_000);
  assert.deepEqual(await end(id), ended);
  await bed.units.claimUnit({ orderId: '1', ticketId }, callBy(ownProcess));
  const early = await createdId();
  assert.equal((await end(early)).flashSale?.status, 'FLASH_SALE_STATUS_ENDED');
});

test('stock moves by entries with a reason, never below what is left, and never above the largest stock', async () => {
  const id = await createdId({ startsAt: fromNow(-1) }, 10);
  const ticketId = await bed.addTicket(id, '1');
  await bed.units.claimUnit({ orderId: '2', ticketId }, callBy(ownProcess));
  await assert.rejects(adjust(id, -10), failsWith('SOLD_OUT', { flashSaleId: id }));
  const emptied = await adjust(id, -9, 'Broken');
  assert.deepEqual(
    [emptied.flashSale?.stock, emptied.flashSale?.left, emptied.reserved, emptied.flashSale?.status],
    [1, 0, 1, 'FLASH_SALE_STATUS_SOLD_OUT'],
  );
  await assert.rejects(adjust(id, 1_000_000), violates('delta'));
  const full = await adjust(id, 999_999);
  assert.deepEqual([full.flashSale?.stock, full.version], [1_000_000, 1]);
  assert.deepEqual(
    (await ledgerOf(id)).map(([kind, delta, reason]) => [kind, delta, reason]),
    [
      ['ADJUST', 10, 'First stock'],
      ['CLAIM', -1, 'Ordered'],
      ['ADJUST', -9, 'Broken'],
      ['ADJUST', 999_999, 'Count'],
    ],
  );
  assert.deepEqual(await allFindings(auditFlashSales(bed.deps)), []);
});

test('an adjustment is repeated by its key without a second entry', async () => {
  const id = await createdId();
  const request = { idempotencyKey: newKey(), flashSaleId: id, delta: 5, reason: 'Count' };
  const first = await bed.saleAdmin.adjustFlashSaleStock(request, byAdmin);
  assert.deepEqual(await bed.saleAdmin.adjustFlashSaleStock(request, byAdmin), first);
  assert.equal((await bed.getFlashSale(id)).left, 15);
});

test('administrators read what they manage in one statement, in the order of the ids, also what is over', async () => {
  const open = await create();
  const over = await end(await createdId({ startsAt: fromNow(-dayMs), endsAt: fromNow(dayMs) }));
  const [openId = '', overId = ''] = [open.flashSale?.id, over.flashSale?.id];
  bed.statements.length = 0;
  const { flashSales } = await bed.saleAdmin.batchGetManagedFlashSales(
    { ids: [overId, '999', openId, 'x', overId] },
    byAdmin,
  );
  assert.deepEqual(
    flashSales.map(({ flashSale }) => flashSale),
    [over, undefined, open, undefined, over],
  );
  assert.equal(bed.statements.length, 1);
});

test('they list all flash sales, newest first, page by page, a statement each', async () => {
  const created = [await createdId(), await createdId(), (await end(await createdId())).flashSale?.id];
  const list = (first: number, after?: string) =>
    bed.saleAdmin.listManagedFlashSales({ first, after }, byAdmin);
  bed.statements.length = 0;
  const page = await list(2);
  const rest = await list(1, page.edges[1]?.cursor);
  assert.equal(bed.statements.length, 2);
  const shown = [...page.edges, ...rest.edges].map(({ flashSale }) => flashSale);
  assert.deepEqual(
    shown.map((sale) => sale?.flashSale?.id),
    created.toReversed(),
  );
  assert.deepEqual(
    shown.map((sale) => [sale?.flashSale?.status, sale?.version]),
    [
      ['FLASH_SALE_STATUS_ENDED', 2],
      ['FLASH_SALE_STATUS_UPCOMING', 1],
      ['FLASH_SALE_STATUS_UPCOMING', 1],
    ],
  );
  assert.deepEqual(shown[2]?.rules, rules);
  assert.equal(page.hasNextPage, true);
  let [last, count] = [await list(100), 0];
  for (count = last.edges.length; last.hasNextPage; count += last.edges.length)
    last = await list(100, last.edges.at(-1)?.cursor);
  const [row] = await bed.deps.database.query<{ n: number }>(
    'select count(*)::integer as n from activity.flash_sale',
  );
  assert.equal(count, row?.n);
});

test('administrators and our own processes do this, and nobody else', async () => {
  const id = await createdId();
  assert.ok(await create({}, 1, ownProcess));
  for (const [identity, code] of [
    [anonymous, 'UNAUTHENTICATED'],
    [customer, 'FORBIDDEN'],
  ] as const) {
    const call = callBy(identity);
    const one = { ...freshKey, flashSaleId: id };
    await assert.rejects(bed.saleAdmin.batchGetManagedFlashSales({ ids: [id] }, call), failsWith(code));
    await assert.rejects(bed.saleAdmin.listManagedFlashSales({ first: 1 }, call), failsWith(code));
    await assert.rejects(create({}, 1, identity), failsWith(code));
    const change = { ...one, version: 1, fields: toCome };
    await assert.rejects(bed.saleAdmin.updateFlashSale(change, call), failsWith(code));
    await assert.rejects(bed.saleAdmin.endFlashSale(one, call), failsWith(code));
    await assert.rejects(bed.saleAdmin.deleteFlashSale(one, call), failsWith(code));
    const adjustment = { ...one, delta: 1, reason: 'Count' };
    await assert.rejects(bed.saleAdmin.adjustFlashSaleStock(adjustment, call), failsWith(code));
  }
  const { version, left } = await bed.getFlashSale(id);
  assert.deepEqual([version, left], [1, 10]);
});

const { maxRules, maxMinDays, maxAreas, maxAreaChars, maxMinOrders } = accessRuleLimits;
const area = (areas: string[]): AccessRule[] => [{ rule: { $case: 'area', value: { areas } } }];
const age = (minDays: number): AccessRule => ({ rule: { $case: 'accountAge', value: { minDays } } });
const past = (minOrders: number): AccessRule => ({ rule: { $case: 'pastOrders', value: { minOrders } } });

test('the largest rules are kept as they are', async () => {
  const areas = Array.from({ length: maxAreas }, (_, index) => String(index).padStart(maxAreaChars, 'x'));
  const some = [...area(areas), age(maxMinDays), past(maxMinOrders)];
  const all = [...some, ...Array<AccessRule>(maxRules - some.length).fill(age(1))];
  assert.deepEqual((await bed.getFlashSale(await createdId({ rules: all }))).rules, all);
});

test('bad input is named field by field, before anything is asked', async () => {
  const price = { amountCents: 100, currency: 'EUR' };
  const startsAt = fromNow(dayMs);
  const cases: [Partial<FlashSaleFields>, ...string[]][] = [
    [{ name: ' ' }, 'fields.name'],
    [{ name: 'x'.repeat(81) }, 'fields.name'],
    [{ goodsId: 'x' }, 'fields.goodsId'],
    [{ price: undefined }, 'fields.price'],
    [{ price: { ...price, amountCents: 0 } }, 'fields.price.amountCents'],
    [{ price: { ...price, currency: 'eur' } }, 'fields.price.currency'],
    [{ startsAt: undefined }, 'fields.startsAt'],
    [{ startsAt: new Date(Number.NaN) }, 'fields.startsAt'],
    [{ endsAt: undefined }, 'fields.endsAt'],
    [{ endsAt: startsAt }, 'fields.endsAt'],
    [{ endsAt: new Date(startsAt.getTime() + 31 * dayMs + 1) }, 'fields.endsAt'],
    [{ rules: Array(maxRules + 1).fill(age(1)) }, 'fields.rules'],
    [{ rules: [age(1), { rule: undefined }] }, 'fields.rules[1]'],
    [
      { rules: [age(0), past(0)] },
      'fields.rules[0].accountAge.minDays',
      'fields.rules[1].pastOrders.minOrders',
    ],
    [
      { rules: [age(maxMinDays + 1), past(maxMinOrders + 1)] },
      'fields.rules[0].accountAge.minDays',
      'fields.rules[1].pastOrders.minOrders',
    ],
    [{ rules: area([]) }, 'fields.rules[0].area.areas'],
    [{ rules: area(Array(maxAreas + 1).fill('x')) }, 'fields.rules[0].area.areas'],
    [
      { rules: area(['x', ' ', 'x'.repeat(maxAreaChars + 1)]) },
      'fields.rules[0].area.areas[1]',
      'fields.rules[0].area.areas[2]',
    ],
  ];
  for (const [change, ...names] of cases) {
    await assert.rejects(create(change), violates(...names));
    await assert.rejects(update('1', 1, change), violates(...names));
  }
  for (const stock of [0, 1_000_001, 1.5]) await assert.rejects(create({}, stock), violates('stock'));
  const bad = { idempotencyKey: '', flashSaleId: 'x', version: 0, fields: undefined, delta: 0, reason: ' ' };
  const idAndKey = ['idempotencyKey', 'flashSaleId'] as const;
  const { saleAdmin } = bed;
  await assert.rejects(saleAdmin.updateFlashSale(bad, byAdmin), violates(...idAndKey, 'version', 'fields'));
  await assert.rejects(saleAdmin.endFlashSale(bad, byAdmin), violates(...idAndKey));
  await assert.rejects(saleAdmin.deleteFlashSale(bad, byAdmin), violates(...idAndKey));
  await assert.rejects(
    saleAdmin.adjustFlashSaleStock(bad, byAdmin),
    violates(...idAndKey, 'delta', 'reason'),
  );
  const ids = Array<string>(101).fill('1');
  await assert.rejects(saleAdmin.batchGetManagedFlashSales({ ids }, byAdmin), violates('ids'));
  for (const first of [0, 101])
    await assert.rejects(saleAdmin.listManagedFlashSales({ first }, byAdmin), violates('first'));
  const list = saleAdmin.listManagedFlashSales({ first: 1, after: 'x' }, byAdmin);
  await assert.rejects(list, violates('after'));
  await assert.rejects(adjust('1', 1_000_001, 'x'.repeat(201)), violates('delta', 'reason'));
  assert.deepEqual(bed.statements, []);
});

test('the longest flash sale lasts 31 days', async () => {
  const startsAt = fromNow(dayMs);
  assert.ok(await create({ startsAt, endsAt: new Date(startsAt.getTime() + 31 * dayMs) }));
});
