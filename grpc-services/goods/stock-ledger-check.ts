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
