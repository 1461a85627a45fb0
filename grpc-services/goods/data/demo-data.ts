import { demoId } from '@tiffin/lib/demo/demo-id';
import { demoNowMs } from '@tiffin/lib/demo/demo-now';
import type { Database } from '@tiffin/lib/engines/database';
import { fillEmptyTables } from '@tiffin/lib/engines/fill-empty-tables';
import { insertRows } from '@tiffin/lib/engines/insert-rows';
import { type Progress, pieceByPiece, silentProgress } from '@tiffin/lib/service/progress';
import { CategoryEntity } from './category-entity.ts';
import { demoCategories, demoGoods, openDemoOrders } from './demo-goods.ts';
import { GoodsEntity, goodsColumnsOf } from './goods-entity.ts';

/** Before the first of the orders that are still open: what earlier orders took was gone by then. */
const countedAt = new Date(demoNowMs - 7 * 86_400_000).toISOString();

/**
 * Fills empty tables with 12 categories and 5,000 goods, and their ledger with a count of the stock and with what the
 * open demo orders reserved since. All or nothing; tables that hold anything are left alone. True where it filled them.
 */
export function insertDemoData(database: Database, progress: Progress = silentProgress): Promise<boolean> {
  return fillEmptyTables(database, ['goods.category', 'goods.goods'], async (em) => {
    const categories = demoCategories();
    const goods = demoGoods();
    const inserted = pieceByPiece(progress, categories.length + goods.length);
    await insertRows(em, CategoryEntity, categories, inserted);
    await insertRows(em, GoodsEntity, goods.map(goodsColumnsOf), inserted);
    for (const sql of ledgerSql) await em.execute(sql, [JSON.stringify(reservedUnits())]);
  });
}

/** What the open demo orders reserved, a row for each order and kind of goods. */
function reservedUnits() {
  return openDemoOrders().flatMap(({ orderId, lines, placedAtMs }) =>
    lines.map(({ goodsNo, quantity }) => ({
      order_id: orderId,
      goods_id: String(demoId('goods', goodsNo)),
      quantity,
      placed_at: new Date(placedAtMs),
    })),
  );
}

const reserved = `jsonb_to_recordset(?::jsonb)
  as reserved (order_id bigint, goods_id bigint, quantity integer, placed_at timestamptz)`;

/** The counts come first, so that the entries of one kind of goods are numbered in the order of their times. */
const ledgerSql = [
  `insert into goods.stock_entry (goods_id, delta, balance_after, reason, created_at)
   select id, available + coalesce(taken, 0), available + coalesce(taken, 0), 'Stocktaking', '${countedAt}'
   from goods.goods
   left join (select goods_id, sum(quantity)::integer as taken from ${reserved} group by goods_id) as orders
     on goods_id = id
   where available + coalesce(taken, 0) > 0
   order by id`,
  `insert into goods.stock_reservation (order_id, status, changed_at)
   select distinct order_id, 'RESERVED', placed_at from ${reserved}`,
  `insert into goods.stock_entry (goods_id, delta, balance_after, reason, created_at, kind, order_id)
   select goods_id, -quantity,
     available + coalesce(sum(quantity) over (
       partition by goods_id order by order_id rows between 1 following and unbounded following), 0),
     'Ordered', placed_at, 'RESERVE', order_id
   from ${reserved} join goods.goods on id = goods_id
   order by order_id, goods_id`,
];
