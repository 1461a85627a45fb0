import type { Answer, Attempt } from './attempt.ts';
import type { Baseline, Books } from './baseline.ts';

interface OrderRow {
  readonly id: string;
  readonly user_id: string;
  readonly status: string;
}

const unpaid = ['CREATED', 'CANCELLED', 'CLOSED'];

/** Where what buyers were told differs from what there is, in sentences. All attempts have ended. */
export async function findLies(
  { query }: Books,
  { lastOrderId }: Baseline,
  attempts: readonly Attempt[],
): Promise<string[]> {
  const rows = await query<OrderRow>('select id, user_id, status from "order"."order" where id > ?', [
    lastOrderId,
  ]);
  const orders = new Map(rows.map((row) => [String(row.id), row]));
  const told = (type: string) => new Set(attempts.flatMap((one) => (isTold(one, type) ? ordersOf(one) : [])));
  const placed = told('PlaceOrderSuccess');
  const paid = told('PayOrderSuccess');
  const cancelled = told('CancelOrderSuccess');
  return [
    ...attempts.flatMap(changesOfMind),
    ...[...placed].filter((id) => !orders.has(id)).map((id) => `order ${id} was placed, and is not there`),
    ...rows
      .filter(({ id }) => !placed.has(String(id)))
      .map(({ id, user_id }) => `order ${id} of user ${user_id} is there, and nobody was told so`),
    ...rows.flatMap(({ id, status }) => {
      const isPaid = !unpaid.includes(status);
      return [
        isPaid === paid.has(String(id)) ? [] : [`order ${id} is ${status}, and told as paid: ${!isPaid}`],
        (status === 'CANCELLED') === cancelled.has(String(id))
          ? []
          : [`order ${id} is ${status}, and told as cancelled: ${cancelled.has(String(id))}`],
      ].flat();
    }),
  ];
}

function isTold({ answers }: Attempt, type: string): boolean {
  return answers.some((answer) => answer.type === type);
}

function ordersOf({ answers }: Attempt): string[] {
  return answers.flatMap(({ orderId }) => orderId ?? []);
}

/** One key has one answer, for ever. */
function changesOfMind({ operation, userId, input, answers }: Attempt): string[] {
  const name = `${operation} ${input.idempotencyKey} of user ${userId}`;
  if (answers.length === 0) return [`${name} never got an answer`];
  const distinct = new Set(answers.map(say));
  return distinct.size === 1 ? [] : [`${name} was answered by ${[...distinct].join(' and by ')}`];
}

const say = ({ type, orderId }: Answer) => (orderId ? `${type} of order ${orderId}` : type);
