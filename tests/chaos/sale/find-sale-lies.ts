import type { Told } from './buy-unit.ts';
import type { Books } from './open-books.ts';

interface TicketRow {
  readonly id: string;
  readonly user_id: string;
  readonly ticket: string;
  readonly order_id: string | null;
  readonly order: string | null;
}

/** Where what buyers were told differs from what there is, in sentences. All of them have stopped asking. */
export async function findSaleLies(
  { query }: Pick<Books, 'query'>,
  saleId: string,
  all: readonly Told[],
): Promise<string[]> {
  const rows = await query<TicketRow>(
    `select ticket.id, ticket.user_id, ticket.status as ticket, placed.id as order_id, placed.status as "order"
     from activity.flash_sale_ticket as ticket left join "order"."order" as placed on flash_ticket_id = ticket.id
     where ticket.flash_sale_id = ?`,
    [saleId],
  );
  const byUser = new Map(rows.map((row) => [String(row.user_id), row]));
  return all.flatMap((told) => {
    const { userId } = told.buyer;
    return liesTo(told, byUser.get(userId)).map((lie) => `user ${userId} ${lie}`);
  });
}

const unpaid = ['CREATED', 'CANCELLED', 'CLOSED'];

function liesTo(told: Told, row: TicketRow | undefined): string[] {
  const { buyer, tickets, orders, attempts, lastStatus, odd } = told;
  const answered = (type: string) => attempts.some(({ answers }) => answers.some((one) => one.type === type));
  const isPaid = row?.order != null && !unpaid.includes(row.order);
  const minds = attempts.filter(({ answers }) => new Set(answers.map(({ type }) => type)).size > 1);
  const strange = [...tickets].filter((id) => id !== String(row?.id));
  const says = (isWrong: boolean, sentence: string) => (isWrong ? [sentence] : []);
  return [
    ...odd,
    ...says(buyer.isElsewhere && row !== undefined, 'is kept out by the rule, and has a ticket'),
    ...says(strange.length > 0, `was told of tickets ${[...tickets]}, and has ${row?.id}`),
    ...says(
      tickets.size > 0 && lastStatus !== row?.ticket,
      `saw ${lastStatus}, and the ticket is ${row?.ticket}`,
    ),
    ...says(lastStatus === 'REFUSED', 'has an address, and was refused'),
    ...says(
      [...orders].some((id) => id !== String(row?.order_id)),
      `was told of orders ${[...orders]}, and has ${row?.order_id}`,
    ),
    ...says(
      isPaid !== answered('PayOrderSuccess'),
      `has an order that is ${row?.order}, and was told: paid ${!isPaid}`,
    ),
    ...says(
      (row?.order === 'CANCELLED') !== answered('CancelOrderSuccess'),
      `has an order that is ${row?.order}, and was told: cancelled ${answered('CancelOrderSuccess')}`,
    ),
    ...says(
      minds.length > 0,
      `was answered differently under ${minds.map(({ input }) => input.idempotencyKey)}`,
    ),
    ...says(
      attempts.some(({ answers }) => answers.length === 0),
      'never got an answer',
    ),
  ];
}
