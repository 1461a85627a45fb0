import type { Baseline, Books } from './baseline.ts';

const maxFindings = 50;

/** Orders of the chaos, and which of them are paid. */
const ordered = `
  placed as (
    select id, user_id, shop_id, status, coupon_id, wallet_cents,
      status in ('CREATED', 'CANCELLED', 'CLOSED') as is_unpaid
    from "order"."order" where id > ?
  )`;

interface Look {
  readonly sql: string;
  readonly parameters: (baseline: Baseline) => readonly string[];
}

/** Each finds sentences. In `ordered` the parameter comes first. */
const looks: readonly Look[] = [
  {
    sql: `with ${ordered}, item as (
        select goods_id as id, coalesce(sum(quantity) filter (where status = 'CREATED'), 0) as held,
          coalesce(sum(quantity) filter (where not is_unpaid), 0) as bought
        from placed join "order".order_item on order_id = placed.id group by goods_id
      )
      select format('goods %s were %s of which %s frozen and %s sold, and are %s, %s, %s; orders hold %s and bought %s',
        goods.id, was.total, was.frozen, was.sold, available + goods.frozen + goods.sold, goods.frozen, goods.sold,
        held, bought) as finding
      from goods.goods
      join jsonb_to_recordset(?::jsonb) as was (id bigint, total bigint, frozen bigint, sold bigint) using (id)
      left join item using (id)
      where (available + goods.frozen + goods.sold, goods.frozen, goods.sold)
        is distinct from (was.total, was.frozen + coalesce(held, 0), was.sold + coalesce(bought, 0))`,
    parameters: ({ lastOrderId, goods }) => [lastOrderId, goods],
  },
  {
    sql: `with ${ordered}, part as (
        select user_id, coalesce(sum(wallet_cents) filter (where status = 'CREATED'), 0) as held,
          coalesce(sum(wallet_cents) filter (where not is_unpaid), 0) as spent
        from placed group by user_id
      )
      select format('the wallet of user %s had %s cents, has %s and %s held; orders hold %s and took %s',
        user_id, was.total, available_cents, held_cents, part.held, part.spent) as finding
      from account.wallet_balance
      join jsonb_to_recordset(?::jsonb) as was (user_id bigint, total bigint, held bigint) using (user_id)
      left join part using (user_id)
      where (available_cents + held_cents, held_cents)
        is distinct from (was.total - coalesce(part.spent, 0), was.held + coalesce(part.held, 0))`,
    parameters: ({ lastOrderId, wallets }) => [lastOrderId, wallets],
  },
  {
    sql: `with ${ordered}, wanted as (
        select coupon_id, id, case status when 'CREATED' then 'LOCKED' else 'USED' end as status
        from placed where coupon_id is not null and status not in ('CANCELLED', 'CLOSED')
      )
      select format('coupon %s is %s for order %s; order %s wants it %s',
        coalesce(coupon.id, coupon_id), coupon.status, locked_by, wanted.id, wanted.status) as finding
      from (select * from activity.coupon where locked_by > ?) as coupon
      full join wanted on wanted.id = locked_by and coupon_id = coupon.id
      where coupon.status is distinct from wanted.status`,
    parameters: ({ lastOrderId }) => [lastOrderId, lastOrderId],
  },
  {
    sql: `with ${ordered}
      select format('order %s is %s, and its transaction %s after %s attempts: %s',
        coalesce(held.id, placed.id), placed.status, state, attempts, last_error) as finding
      from (select * from "order".tcc_transaction where id > ?) as held
      full join placed on placed.id = held.id
      where state is distinct from case
        when placed.status = 'CREATED' then 'PREPARED' when not is_unpaid then 'CONFIRMED' else 'CANCELLED' end`,
    parameters: ({ lastOrderId }) => [lastOrderId, lastOrderId],
  },
  {
    sql: `with part as (
        select id, jsonb_array_elements_text(participants) as part, state from "order".tcc_transaction where id > ?
      ), branch as (
        select transaction_id as id, branch as part, state from goods.tcc_branch where transaction_id > ?
        union all
        select transaction_id, branch, state from account.tcc_branch where transaction_id > ?
        union all
        select transaction_id, branch, state from activity.tcc_branch where transaction_id > ?
      )
      select format('the transaction of order %s is %s, and its %s %s', id, part.state, part, branch.state) as finding
      from part full join branch using (id, part)
      where branch.state is distinct from case part.state when 'PREPARED' then 'TRIED' else part.state end`,
    parameters: ({ lastOrderId }) => [lastOrderId, lastOrderId, lastOrderId, lastOrderId],
  },
  {
    sql: `with ${ordered}
      select format('order %s is %s, and its delivery %s', coalesce(order_id, placed.id), placed.status,
        delivery.status) as finding
      from (select * from placed where not is_unpaid) as placed
      full join delivery.delivery on order_id = placed.id
      where placed.status is distinct from 'ASSIGNED' or delivery.status is distinct from 'ASSIGNED'`,
    parameters: ({ lastOrderId }) => [lastOrderId],
  },
  {
    sql: `with ${ordered}, bought as (
        select shop_id as id, count(*) as orders from placed where not is_unpaid group by shop_id
      )
      select format('shop %s counts %s orders more than before, of %s', id, order_count - was.orders, bought.orders)
        as finding
      from shop.shop
      join jsonb_to_recordset(?::jsonb) as was (id bigint, orders bigint) using (id)
      left join bought using (id)
      where order_count <> was.orders + coalesce(bought.orders, 0)`,
    parameters: ({ lastOrderId, shops }) => [lastOrderId, shops],
  },
  {
    sql: `with ${ordered}, wanted as (
        select placed.id as order_id, campaign.id as campaign_id, user_id
        from placed cross join activity.campaign where not is_unpaid and trigger = 'ORDER_PAID'
      )
      select format('order %s of user %s is paid, and granted coupon %s to user %s', order_id, wanted.user_id,
        coupon.id, coupon.user_id) as finding
      from wanted full join (select * from activity.coupon where order_id > ?) as coupon
        using (order_id, campaign_id)
      where wanted.user_id is distinct from coupon.user_id`,
    parameters: ({ lastOrderId }) => [lastOrderId, lastOrderId],
  },
  {
    sql: ['order', 'delivery', 'goods', 'shop']
      .map(
        (
          schema,
        ) => `select format('the outbox of ${schema} has %s events of %s, %s', count(*), topic, state) as finding
          from "${schema}".outbox group by topic, state`,
      )
      .join(' union all '),
    parameters: () => [],
  },
];

/** What does not fit together, in sentences. Finds nothing only once everything has come to its end. */
export async function findContradictions({ query }: Books, baseline: Baseline): Promise<string[]> {
  const findings = await Promise.all(
    looks.map(({ sql, parameters }) =>
      query<{ finding: string }>(
        `select finding from (${sql}) as found order by finding limit ${maxFindings}`,
        [...parameters(baseline)],
      ),
    ),
  );
  return findings.flat().map(({ finding }) => finding);
}
