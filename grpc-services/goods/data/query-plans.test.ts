import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openTestDatabase, type TestDatabase } from '@tiffin/lib/testing/test-database';
import { goodsSchema } from '../goods-test-bed.ts';
import { booksSql, entriesSql } from './audit-stock.ts';
import { firstShopGoodsSql } from './goods-store.ts';

let bed: TestDatabase;
before(async () => {
  bed = await openTestDatabase(goodsSchema);
  const { database } = bed;
  await database.query("set tiffin.filling = 'on'");
  // Enough rows that the planner prefers an index by itself.
  await database.query(`
    insert into goods.goods (id, shop_id, name, description, price_cents, currency, category_ids, available, version)
    select n, 1 + n % 20, 'Bread', '', 100, 'EUR', '{}', 0, 1 from generate_series(1, 2000) as n`);
  await database.query(`
    insert into goods.stock_entry (goods_id, delta, frozen_delta, balance_after, frozen_after, sold_after, reason,
      created_at, kind, order_id)
    select 1 + n % 2000, -1, 1, 0, 0, 0, 'Ordered', to_timestamp(n), 'RESERVE', n from generate_series(1, 20000) as n`);
  await database.query(`
    insert into goods.tcc_branch select n, 'stock', 'TRIED', to_timestamp(n) from generate_series(1, 20000) as n`);
  await database.query('analyze goods.goods, goods.stock_entry, goods.tcc_branch');
});
after(() => bed.stop());

async function planOf(sql: string, parameters: readonly unknown[]): Promise<string> {
  const rows = await bed.database.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, parameters);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('the plan', () => {
  it('of the first goods of shops reads one index once for each shop', async () => {
    const { sql, parameters } = firstShopGoodsSql(['7', '8'].map((shopId) => ({ shopId, first: 2 })));
    const plan = await planOf(sql, parameters);
    assert.match(plan, /Scan on goods_by_shop .*\n *Index Cond: \(shop_id = asked.shop_id\)/, plan);
    assert.doesNotMatch(plan, /Filter|Seq Scan|Hash Join|Merge Join/, plan);
  });

  it('of a page of audited goods reads the newest entry of each, from an index', async () => {
    const plan = await planOf(booksSql, ['1000', 500]);
    assert.match(plan, /Index Scan using goods_pkey .*\n *Index Cond: \(id > /, plan);
    assert.match(plan, /Index Scan Backward using stock_entry_by_goods /, plan);
    assert.doesNotMatch(plan, /Seq Scan|Hash Join|Merge Join/, plan);
  });

  it('of a page of audited entries reads what stands beside each from indexes', async () => {
    const plan = await planOf(entriesSql, ['10000', 500]);
    assert.match(plan, /Index Scan using stock_entry_pkey .*\n *Index Cond: \(id > /, plan);
    assert.match(
      plan,
      /Index Scan Backward using stock_entry_by_goods .*\n *Index Cond: \(\(goods_id = .* AND \(id < /,
      plan,
    );
    assert.match(plan, /using stock_entry_by_order /, plan);
    assert.match(plan, /using tcc_branch_pkey /, plan);
    assert.doesNotMatch(plan, /Seq Scan|Hash Join|Merge Join/, plan);
  });
});
