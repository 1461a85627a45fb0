import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { EntityManager } from '@mikro-orm/postgresql';
import { allFindings } from '@tiffin/lib/audit/all-findings';
import { type Finding, MAX_FINDINGS } from '@tiffin/lib/audit/finding';
import { callBy, ownProcess } from '@tiffin/lib/testing/call-by';
import { insertGoods } from '../data/goods-store.ts';
import { moveStock } from '../data/move-stock.ts';
import { createGoodsTestBed, type GoodsTestBed, shopId } from '../goods-test-bed.ts';
import { auditStock } from './audit-stock.ts';
import { deductStock } from './deduct-stock.ts';
import { releaseStock } from './release-stock.ts';
import { reserveStock } from './reserve-stock.ts';

let bed: GoodsTestBed;
before(async () => {
  bed = await createGoodsTestBed();
  for (const goodsId of ['1', '2', '3']) await addGoods(goodsId, 10);
  await addGoods('4', 0);
  for (const orderId of ['51', '52', '53']) {
    const items = ['1', '2'].map((goodsId) => ({ goodsId, quantity: 2 }));
    await reserveStock(bed.deps, own, orderId, items);
  }
  await deductStock(bed.deps, own, '52');
  await releaseStock(bed.deps, own, '53');
});
after(() => bed.stop());

const own = callBy(ownProcess);

test('books that balance give no findings', async () => {
  assert.deepEqual(await allFindings(auditStock(bed.deps)), []);
});

/** Goods 1 hold 6 available, 2 frozen by the order 51 and 2 sold to 52; 53 gave its 2 back. Each harms them in one way. */
const harms = {
  'units appear': {
    sql: ['update goods.goods set available = available + 1 where id = 1'],
    problems: ['has available 7 + frozen 2 + sold 2, and the ledger tells available 6 + frozen 2 + sold 2'],
  },
  'units are sold that nobody paid for': {
    sql: ['update goods.goods set frozen = frozen - 1, sold = sold + 1 where id = 1'],
    problems: ['has available 6 + frozen 1 + sold 3, and the ledger tells available 6 + frozen 2 + sold 2'],
  },
  'an order ends and its units stay frozen': {
    sql: ["update goods.tcc_branch set state = 'CANCELLED' where transaction_id = 51"],
    problems: ['has 2 frozen for order 51, whose branch is CANCELLED'],
  },
  'an order is open whose units are sold': {
    sql: ["update goods.tcc_branch set state = 'TRIED' where transaction_id = 52"],
    problems: ['has 0 frozen for order 52, whose branch is TRIED'],
  },
  'an entry is lost': {
    sql: ["delete from goods.stock_entry where goods_id = 1 and kind = 'DEDUCT'"],
    problems: [
      'has 2 frozen for order 52, whose branch is CONFIRMED',
      'has the ledger entry RELEASE 53, which does not follow from the one before it',
    ],
  },
  'the first entry is lost': {
    sql: ["delete from goods.stock_entry where goods_id = 1 and kind = 'ADJUST'"],
    problems: ['has the ledger entry RESERVE 51, which does not follow from the one before it'],
  },
  'the newest entry is lost': {
    sql: ["delete from goods.stock_entry where goods_id = 1 and kind = 'RELEASE'"],
    problems: [
      'has available 6 + frozen 2 + sold 2, and the ledger tells available 4 + frozen 4 + sold 2',
      'has 2 frozen for order 53, whose branch is CANCELLED',
    ],
  },
  'an order freezes units that were not there': {
    sql: [
      'alter table goods.stock_entry drop constraint stock_entry_moves',
      'update goods.stock_entry set frozen_delta = 3 where goods_id = 1 and order_id = 51',
      "update goods.stock_entry set frozen_after = frozen_after + 1 where goods_id = 1 and kind <> 'ADJUST'",
      'update goods.goods set frozen = frozen + 1 where id = 1',
    ],
    problems: ['has the ledger entry RESERVE 51, which is no adjustment and changes how many there are'],
  },
  'an order ends whose barrier is lost and whose units stay frozen': {
    sql: ['delete from goods.tcc_branch where transaction_id = 51'],
    problems: ['has 2 frozen for order 51, whose branch is missing'],
  },
  'a count is forged': {
    sql: ["update goods.stock_entry set delta = 11 where goods_id = 1 and kind = 'ADJUST'"],
    problems: ['has the ledger entry ADJUST, which does not follow from the one before it'],
  },
  'a balance is forged': {
    sql: ['update goods.stock_entry set sold_after = 1 where goods_id = 1 and order_id = 51'],
    problems: [
      'has the ledger entry RESERVE 51, which does not follow from the one before it',
      'has the ledger entry RESERVE 52, which does not follow from the one before it',
    ],
  },
  'units are below zero': {
    sql: [
      'alter table goods.goods drop constraint goods_sold_check',
      'update goods.goods set sold = -1, available = 9 where id = 1',
    ],
    problems: [
      'has available 9 + frozen 2 + sold -1, and the ledger tells available 6 + frozen 2 + sold 2',
      'is below zero: available 9 + frozen 2 + sold -1',
    ],
  },
};

for (const [harm, { sql, problems }] of Object.entries(harms)) {
  test(`it is found when ${harm}`, async () => {
    const entries = await bed.deps.database.query<{ id: string; name: string }>(
      "select id, concat_ws(' ', kind, order_id) as name from goods.stock_entry",
    );
    const names = new Map(entries.map(({ id, name }) => [id, name]));
    const findings = await auditHarmed(sql);
    const found = findings.filter(({ unit }) => unit === 'goods 1');
    assert.deepEqual(
      found.map(({ problem }) => problem.replace(/(?<=entry )\d+/, (id) => names.get(id) ?? id)),
      problems,
    );
    const isOfOrder = sql.some((each) => each.includes('tcc_branch'));
    const units = new Set(findings.map(({ unit }) => unit));
    assert.deepEqual([...units], isOfOrder ? ['goods 1', 'goods 2'] : ['goods 1']);
  });
}

test('findings of all pages are told, the first of them at most', async () => {
  const more = `insert into goods.goods (id, shop_id, name, description, price_cents, currency, category_ids, available,
      version)
    select id, 7, 'Bread', '', 100, 'EUR', '{}', case when id > ? then 1 else 0 end, 1
    from generate_series(1001, 2200) as goods (id)`;
  const unitsOf = async (lastRight: number) =>
    new Set((await auditHarmed([more.replace('?', String(lastRight))])).map(({ unit }) => unit));
  assert.deepEqual(await unitsOf(2198), new Set(['goods 2199', 'goods 2200']));
  const findings = await auditHarmed([more.replace('?', '1000')]);
  assert.equal(findings.length, MAX_FINDINGS);
  assert.equal(findings[0]?.unit, 'goods 1001');
});

test('an audit that nobody waits for any more stops', async () => {
  await assert.rejects(allFindings(auditStock(bed.deps, AbortSignal.abort(new Error('Enough.')))), /Enough/);
});

/** What the audit finds in tables that are as before afterwards. */
async function auditHarmed(sql: readonly string[]) {
  const undone = new Error('Undone.');
  let findings: readonly Finding[] = [];
  const harming = bed.deps.database.transaction(async (em) => {
    for (const statement of sql) await em.execute(statement);
    const transaction = <T>(work: (em: EntityManager) => Promise<T>) => work(em);
    findings = await allFindings(auditStock({ database: { transaction } }));
    throw undone;
  });
  await assert.rejects(harming, undone);
  return findings;
}

async function addGoods(id: string, units: number): Promise<void> {
  const price = { amountCents: 100, currency: 'EUR' };
  const bread = { id, shopId, name: 'Bread', description: '', price, categoryIds: [] };
  const em = bed.deps.database.fork();
  await insertGoods(em, { ...bread, available: 0, version: 1 });
  const move = { goodsId: id, delta: units, reason: 'Count', actorId: undefined, atMs: 0 };
  if (units > 0) await moveStock(em, move, units);
}
