import assert from 'node:assert/strict';
import type { Database } from '@tiffin/lib/engines/database';

/** A row of the stock ledger, as tests compare it. */
export interface LedgerEntry {
  readonly delta: number;
  readonly balanceAfter: number;
  readonly reason: string;
  readonly actorId: string | undefined;
  readonly atMs: number;
}

/** The entries of some goods in the order in which they were written. */
export async function readLedger(database: Database, goodsId: string): Promise<LedgerEntry[]> {
  const rows = await database.query<{
    delta: number;
    balance_after: number;
    reason: string;
    actor_id: string | null;
    at_ms: string;
  }>(
    `select delta, balance_after, reason, actor_id, round(extract(epoch from created_at) * 1000)::bigint as at_ms
     from goods.stock_entry where goods_id = ? order by id`,
    [goodsId],
  );
  return rows.map((row) => ({
    delta: row.delta,
    balanceAfter: row.balance_after,
    reason: row.reason,
    actorId: row.actor_id ?? undefined,
    atMs: Number(row.at_ms),
  }));
}

/** Fails unless each entry starts from the balance of the one before and the last balance is the stock. */
export async function assertLedgerTells(database: Database, goodsId: string): Promise<LedgerEntry[]> {
  const entries = await readLedger(database, goodsId);
  let balance = 0;
  for (const entry of entries) {
    balance += entry.delta;
    assert.equal(entry.balanceAfter, balance);
  }
  const sql = 'select available from goods.goods where id = ?';
  const [goods] = await database.query<{ available: number }>(sql, [goodsId]);
  assert.equal(goods?.available, balance);
  return entries;
}

/**
 * Fails unless each order that released its stock got back just what it took, and the others what they took is still
 * gone. Resolves to the units by goods that each order holds; an order that holds nothing is absent.
 */
export async function assertOrdersBalance(database: Database): Promise<Map<string, Record<string, number>>> {
  const rows = await database.query<{
    order_id: string;
    status: 'RESERVED' | 'RELEASED';
    goods_id: string | null;
    held: number;
  }>(
    `select order_id, status, goods_id, -coalesce(sum(delta), 0)::integer as held
     from goods.stock_reservation left join goods.stock_entry using (order_id)
     group by order_id, status, goods_id
     order by goods_id`,
  );
  const strays = await database.query(
    `select order_id from goods.stock_entry where order_id is not null
     and order_id not in (select order_id from goods.stock_reservation)`,
  );
  assert.deepEqual(strays, [], 'The ledger knows orders that have no reservation.');
  const heldByOrder = new Map<string, Record<string, number>>();
  for (const { order_id, status, goods_id, held } of rows) {
    if (status === 'RELEASED') {
      assert.equal(held, 0, `Order ${order_id} was released and still holds goods ${goods_id}.`);
      continue;
    }
    assert.ok(goods_id !== null && held > 0, `Order ${order_id} is reserved and holds nothing.`);
    heldByOrder.set(order_id, { ...heldByOrder.get(order_id), [goods_id]: held });
  }
  return heldByOrder;
}
