import type { AuditedDatabase } from '../../scripts/audit/audited.ts';

/** All databases on one server, so that one statement sees all services at one moment. */
export type Books = Pick<AuditedDatabase, 'query'>;

/** What there was before the first order under chaos, as JSON for a statement. */
export interface Baseline {
  /** Orders under chaos have higher ids. */
  readonly lastOrderId: string;
  readonly goods: string;
  readonly wallets: string;
  readonly shops: string;
}

export async function readBaseline({ query }: Books): Promise<Baseline> {
  const [row] = await query<{ last_id: string; goods: string; wallets: string; shops: string }>(
    `select
       (select coalesce(max(id), 0) from "order"."order") as last_id,
       (select json_agg(json_build_object('id', id, 'total', available + frozen + sold, 'frozen', frozen, 'sold', sold))
         from goods.goods)::text as goods,
       (select json_agg(json_build_object('user_id', user_id, 'total', available_cents + held_cents, 'held', held_cents))
         from account.wallet_balance)::text as wallets,
       (select json_agg(json_build_object('id', id, 'orders', order_count)) from shop.shop)::text as shops`,
  );
  if (!row) throw new Error('A statement without a table has a row.');
  return { lastOrderId: row.last_id, goods: row.goods, wallets: row.wallets, shops: row.shops };
}
