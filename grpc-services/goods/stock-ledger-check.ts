import assert from 'node:assert/strict';
import type { Database } from '@tiffin/lib/engines/database';

/** How many units of some goods stand where, or how many more. */
export interface Units {
  readonly available: number;
  readonly frozen: number;
  readonly sold: number;
}

/** A row of the stock ledger, as tests compare it. */
export interface LedgerEntry {
  readonly kind: 'ADJUST' | 'RESERVE' | 'DEDUCT' | 'RELEASE';
  readonly delta: Units;
  readonly after: Units;
  readonly reason: string;
  /** Undefined for the platform itself. */
  readonly actorId: string | undefined;
  /** Undefined where no order moved the stock. */
  readonly orderId: string | undefined;
  readonly atMs: number;
}

/** What an order has of the stock. */
export interface OrderUnits {
  /** `frozen` until it is paid. */
  readonly state: 'frozen' | 'sold';
  /** Units by goods. */
  readonly units: Readonly<Record<string, number>>;
}

/** The entries of some goods in the order in which they were written. */
export async function readLedger(database: Database, goodsId: string): Promise<LedgerEntry[]> {
  const rows = await database.query<{
    kind: LedgerEntry['kind'];
    delta: number;
    frozen_delta: number;
    sold_delta: number;
    balance_after: number;
    frozen_after: number;
    sold_after: string;
    reason: string;
    actor_id: string | null;
    order_id: string | null;
    at_ms: string;
  }>(
    `select kind, delta, frozen_delta, sold_delta, balance_after, frozen_after, sold_after, reason, actor_id, order_id,
       round(extract(epoch from created_at) * 1000)::bigint as at_ms
     from goods.stock_entry where goods_id = ? order by id`,
    [goodsId],
  );
  return rows.map((row) => ({
    kind: row.kind,
    delta: { available: row.delta, frozen: row.frozen_delta, sold: row.sold_delta },
    after: { available: row.balance_after, frozen: row.frozen_after, sold: Number(row.sold_after) },
    reason: row.reason,
    actorId: row.actor_id ?? undefined,
    orderId: row.order_id ?? undefined,
    atMs: Number(row.at_ms),
  }));
}

/** Where the units of some goods stand. */
export async function readUnits(database: Database, goodsId: string): Promise<Units> {
  const sql = 'select available, frozen, sold from goods.goods where id = ?';
  const [row] = await database.query<{ available: number; frozen: number; sold: string }>(sql, [goodsId]);
  return row ? { ...row, sold: Number(row.sold) } : assert.fail(`There are no goods ${goodsId}.`);
}

/**
 * Fails unless each entry starts from where the one before left the units, the last one leaves them where the goods
 * say they are, and only adjustments change how many there are in all.
 */
export async function assertLedgerTells(database: Database, goodsId: string): Promise<LedgerEntry[]> {
  const entries = await readLedger(database, goodsId);
  let units: Units = { available: 0, frozen: 0, sold: 0 };
  let initial = 0;
  for (const { kind, delta, after } of entries) {
    units = {
      available: units.available + delta.available,
      frozen: units.frozen + delta.frozen,
      sold: units.sold + delta.sold,
    };
    assert.deepEqual(after, units);
    if (kind === 'ADJUST') initial += delta.available;
    assert.equal(units.available + units.frozen + units.sold, initial, `A ${kind} changed the sum.`);
  }
  assert.deepEqual(await readUnits(database, goodsId), units);
  return entries;
}

/**
 * Fails unless each order whose branch is tried has all it took frozen, each one confirmed has it sold, and each one
 * cancelled got it all back. Resolves to what each order has; an order that has nothing is absent.
 */
export async function assertOrdersBalance(database: Database): Promise<Map<string, OrderUnits>> {
  const rows = await database.query<{
    order_id: string;
    state: 'TRIED' | 'CONFIRMED' | 'CANCELLED';
    goods_id: string | null;
    taken: number;
    frozen: number;
    sold: number;
  }>(
    `select transaction_id as order_id, state, goods_id,
       coalesce(sum(-delta) filter (where kind = 'RESERVE'), 0)::integer as taken,
       coalesce(sum(frozen_delta), 0)::integer as frozen, coalesce(sum(sold_delta), 0)::integer as sold
     from goods.tcc_branch left join goods.stock_entry on order_id = transaction_id
     where branch = 'stock'
     group by transaction_id, state, goods_id
     order by goods_id`,
  );
  const strays = await database.query(
    `select order_id from goods.stock_entry where order_id is not null
     and order_id not in (select transaction_id from goods.tcc_branch where branch = 'stock')`,
  );
  assert.deepEqual(strays, [], 'The ledger knows orders that have no branch.');
  const byOrder = new Map<string, OrderUnits>();
  for (const { order_id, state, goods_id, taken, frozen, sold } of rows) {
    const where = `Order ${order_id}, which is ${state}, and goods ${goods_id}`;
    const expected = { frozen: state === 'TRIED' ? taken : 0, sold: state === 'CONFIRMED' ? taken : 0 };
    assert.deepEqual({ frozen, sold }, expected, where);
    if (state === 'CANCELLED') continue;
    assert.ok(goods_id !== null && taken > 0, `${where}: it took nothing.`);
    const units = { ...byOrder.get(order_id)?.units, [goods_id]: taken };
    byOrder.set(order_id, { state: state === 'TRIED' ? 'frozen' : 'sold', units });
  }
  return byOrder;
}
