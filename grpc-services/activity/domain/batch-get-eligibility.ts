import { RedisUnavailable } from '@tiffin/lib/engines/redis';
import type { ErrorDetails } from '@tiffin/lib/errors/error-catalogue.gen';
import { isId } from '@tiffin/lib/errors/invalid-argument';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findTicketsOf } from '../data/flash-ticket-store.ts';
import { batchCheckAccess } from './batch-check-access.ts';
import { endOf, type FlashSale } from './flash-sale.ts';
import type { JoinDeps } from './join-deps.ts';

/** Whether a user may join a flash sale as things are. */
export type Eligibility =
  | { readonly kind: 'eligible' }
  | { readonly kind: 'already joined'; readonly detail: ErrorDetails['ALREADY_JOINED'] }
  | { readonly kind: 'not started'; readonly detail: ErrorDetails['NOT_STARTED'] }
  | { readonly kind: 'ended'; readonly detail: ErrorDetails['ENDED'] }
  | { readonly kind: 'sold out'; readonly detail: ErrorDetails['SOLD_OUT'] }
  | { readonly kind: 'access denied'; readonly detail: ErrorDetails['ACCESS_DENIED'] }
  /** It has rules, and whether the user meets them cannot be found out now. */
  | { readonly kind: 'unknown' };

/**
 * One answer for each id, in the order of the ids; undefined where there is no such flash sale, and for callers who are no
 * user. It takes no token and no promise. Whatever the number of ids: at most one statement for flash sales that the
 * board does not know, one for tickets, one round trip to Redis, and one call of access about those that have rules and
 * could be joined otherwise. Where access cannot say, nothing is known of these, and of the others all the same.
 * What the way of a join says first it says first too, but for a ticket, which stands whatever became of the sale.
 */
export async function batchGetEligibility(
  deps: JoinDeps,
  call: CallContext,
  ids: readonly string[],
): Promise<(Eligibility | undefined)[]> {
  if (call.identity.kind !== 'user') return ids.map(() => undefined);
  const { userId } = call.identity;
  const sales = await findSales(deps, ids);
  if (sales.size === 0) return ids.map(() => undefined);
  const saleIds = [...sales.keys()];
  const [tickets, left] = await Promise.all([
    findTicketsOf(deps.database, saleIds, userId),
    unitsLeft(deps, [...sales.values()]),
  ]);
  const verdicts = new Map<string, Eligibility>();
  for (const sale of sales.values()) verdicts.set(sale.id, standing(sale, left, deps.clock.now()));
  for (const { id: ticketId, flashSaleId } of tickets)
    verdicts.set(flashSaleId, { kind: 'already joined', detail: { ticketId } });
  await askAccess(deps, call, userId, sales, verdicts);
  return ids.map((id) => verdicts.get(id));
}

async function findSales(
  { board }: JoinDeps,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FlashSale>> {
  const distinct = [...new Set(ids)].filter(isId);
  const sales = await Promise.all(distinct.map((id) => board.find(id)));
  return new Map(sales.flatMap((sale) => (sale ? [[sale.id, sale] as const] : [])));
}

/** What may be promised still; what SQL said a moment ago where Redis knows nothing or is away. */
async function unitsLeft(
  { counters }: JoinDeps,
  sales: readonly FlashSale[],
): Promise<ReadonlyMap<string, number>> {
  const ids = sales.map(({ id }) => id);
  const counts = await counters.count(ids).catch((error: unknown) => {
    if (error instanceof RedisUnavailable) return undefined;
    throw error;
  });
  return new Map(sales.map(({ id, left }, index) => [id, counts?.[index]?.left ?? left]));
}

function standing(sale: FlashSale, left: ReadonlyMap<string, number>, nowMs: number): Eligibility {
  const { id: flashSaleId, startsAt } = sale;
  if (endOf(sale).getTime() <= nowMs) return { kind: 'ended', detail: { flashSaleId } };
  if (startsAt.getTime() > nowMs) return { kind: 'not started', detail: { startsAt } };
  if (left.get(flashSaleId) === 0) return { kind: 'sold out', detail: { flashSaleId } };
  return { kind: 'eligible' };
}

/** Takes back what access denies, or does not know. */
async function askAccess(
  deps: JoinDeps,
  call: CallContext,
  userId: string,
  sales: ReadonlyMap<string, FlashSale>,
  verdicts: Map<string, Eligibility>,
): Promise<void> {
  const open = [...sales.values()].filter(({ id }) => verdicts.get(id)?.kind === 'eligible');
  const kept = await batchCheckAccess(deps, call, open, { userId, addressId: undefined });
  for (const [saleId, detail] of kept)
    verdicts.set(saleId, detail === 'unknown' ? { kind: 'unknown' } : { kind: 'access denied', detail });
}
