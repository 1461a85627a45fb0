import { demoNowMs } from '@tiffin/lib/demo/demo-now';
import type { Database } from '@tiffin/lib/engines/database';
import { fillEmptyTables } from '@tiffin/lib/engines/fill-empty-tables';
import { insertRows } from '@tiffin/lib/engines/insert-rows';
import { type Progress, pieceByPiece, silentProgress } from '@tiffin/lib/service/progress';
import { CategoryEntity } from './category-entity.ts';
import { demoCategories, demoGoods } from './demo-goods.ts';
import { GoodsEntity, goodsColumnsOf } from './goods-entity.ts';

/** The demo orders are older and all settled: what they took was gone by then. */
const countedAt = new Date(demoNowMs).toISOString();

/**
 * Fills empty tables with 12 categories and 5,000 goods, and their ledger with a count of the stock. All or nothing;
 * tables that hold anything are left alone. True where it filled them.
 */
export function insertDemoData(database: Database, progress: Progress = silentProgress): Promise<boolean> {
  return fillEmptyTables(database, ['goods.category', 'goods.goods'], async (em) => {
    const categories = demoCategories();
    const goods = demoGoods();
    const inserted = pieceByPiece(progress, categories.length + goods.length);
    await insertRows(em, CategoryEntity, categories, inserted);
    await insertRows(em, GoodsEntity, goods.map(goodsColumnsOf), inserted);
    await em.execute(countSql, [countedAt]);
  });
}

const countSql = `
  insert into goods.stock_entry (goods_id, delta, balance_after, frozen_after, sold_after, reason, created_at)
  select id, available, available, frozen, sold, 'Stocktaking', ?::timestamptz
  from goods.goods where available > 0 order by id`;
