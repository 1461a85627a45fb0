import type { Books } from './open-books.ts';

/** What holds at every moment, whoever is just dying. Parameters: stock, then the sale several times. */
const alwaysSql = `
  with sale as (select * from activity.flash_sale where id = ?),
  ledger as (
    select sum(left_delta)::integer as left_units, sum(reserved_delta)::integer as reserved,
      sum(sold_delta)::integer as sold
    from activity.flash_sale_stock_entry where flash_sale_id = ?
  ), ticket as (
    select count(*) as tickets, count(distinct user_id) as users, count(*) filter (where status = 'ORDERED') as ordered,
      count(*) filter (where status = 'SOLD') as bought
    from activity.flash_sale_ticket where flash_sale_id = ?
  ), placed as (
    select count(*) as orders, count(distinct user_id) as users, count(distinct flash_ticket_id) as tickets,
      count(*) filter (where status not in ('CREATED', 'CANCELLED', 'CLOSED')) as paid
    from "order"."order" where flash_sale_id = ?
  )
  select sale.left_units as left, sale.reserved, sale.sold, ticket.tickets, placed.orders, placed.paid,
    array_remove(array[
      case when sale.left_units + sale.reserved + sale.sold <> ? then 'stock' end,
      case when least(sale.left_units, sale.reserved, sale.sold) < 0 then 'below zero' end,
      case when sale.sold > ? or placed.paid > ? then 'oversold' end,
      case when (sale.left_units, sale.reserved, sale.sold) <> (ledger.left_units, ledger.reserved, ledger.sold)
        then 'ledger' end,
      case when (ticket.ordered, ticket.bought) <> (sale.reserved, sale.sold) then 'tickets' end,
      case when ticket.users <> ticket.tickets then 'two tickets of a user' end,
      case when placed.users <> placed.orders or placed.tickets <> placed.orders then 'two orders of a user' end
    ], null) as broken
  from sale, ledger, ticket, placed`;

export interface SaleState {
  readonly left: number;
  readonly reserved: number;
  readonly sold: number;
  readonly tickets: number;
  readonly orders: number;
  readonly paid: number;
  /** Which of the rules that hold always do not. */
  readonly broken: readonly string[];
}

/** Where a sale is, and what is wrong with it, at one moment. */
export async function readSaleState(
  { query }: Pick<Books, 'query'>,
  id: string,
  stock: number,
): Promise<SaleState> {
  const [row] = await query<SaleState>(alwaysSql, [id, id, id, id, stock, stock, stock]);
  if (!row) throw new Error(`There is no flash sale ${id}.`);
  const [left, reserved, sold] = [Number(row.left), Number(row.reserved), Number(row.sold)];
  const [tickets, orders, paid] = [Number(row.tickets), Number(row.orders), Number(row.paid)];
  return { left, reserved, sold, tickets, orders, paid, broken: row.broken };
}

/** What holds in the end, in sentences. Parameter: the sale, twice. */
const endSql = `
  select format('ticket %s of user %s is %s', id, user_id, status) as finding
  from activity.flash_sale_ticket where flash_sale_id = ? and status in ('QUEUED', 'ORDERED')
  union all
  select format('order %s of user %s is %s, and its ticket %s %s for order %s', placed.id, placed.user_id,
    placed.status, ticket.id, ticket.status, ticket.order_id)
  from "order"."order" as placed full join activity.flash_sale_ticket as ticket on ticket.order_id = placed.id
  where coalesce(placed.flash_sale_id, ticket.flash_sale_id) = ?
    and (placed.id is not null or ticket.status in ('ORDERED', 'SOLD', 'RETURNED'))
    and (placed.flash_ticket_id is distinct from ticket.id or placed.user_id is distinct from ticket.user_id
      or ticket.status is distinct from
        case when placed.status in ('CANCELLED', 'CLOSED') then 'RETURNED' when placed.status = 'CREATED' then 'ORDERED'
          else 'SOLD' end)`;

/** What of a sale that is over has not come to its end, in sentences. */
export async function findSaleFaults(
  books: Pick<Books, 'query'>,
  id: string,
  stock: number,
  leftInRedis: () => Promise<string>,
): Promise<string[]> {
  const state = await readSaleState(books, id, stock);
  const { left, reserved, sold, paid, broken } = state;
  const findings = await books.query<{ finding: string }>(`${endSql} order by 1 limit 50`, [id, id]);
  const inRedis = await leftInRedis();
  return [
    ...broken,
    ...(sold === stock ? [] : [`${sold} of ${stock} are sold, ${reserved} reserved and ${left} left`]),
    ...(paid === sold ? [] : [`${sold} are sold, and ${paid} orders paid`]),
    ...findings.map(({ finding }) => finding),
    ...(inRedis === '0 left, 0 promised' ? [] : [`Redis says ${inRedis}`]),
  ];
}
