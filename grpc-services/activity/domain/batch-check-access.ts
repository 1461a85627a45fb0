import { AppError } from '@tiffin/lib/errors/app-error';
import type { ErrorDetails } from '@tiffin/lib/errors/error-catalogue.gen';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { AccessSlot } from '@tiffin/proto/gen/tiffin/access/v1/access';
import { activityService, type Comer, denialOf, unlessGone } from './check-access.ts';
import type { FlashSale } from './flash-sale.ts';
import type { JoinDeps } from './join-deps.ts';

/** What keeps a user out of a flash sale; `unknown` where access cannot say whether anything does. */
export type Kept = ErrorDetails['ACCESS_DENIED'] | 'unknown';

/** Of the time of a call, what is left for an answer without access. */
export const KEPT_BACK_MS = 200;

type RuledSale = Pick<FlashSale, 'id' | 'version' | 'rules'>;

/**
 * What keeps a user out of which of at most 100 flash sales, by their ids: one call of access, and none about what has no
 * rules or what this process has heard of late. Access that is away, or hangs, keeps nobody from the rest of the answer.
 * @throws AppError UNAUTHENTICATED for a user who is gone.
 */
export async function batchCheckAccess(
  deps: Pick<JoinDeps, 'access' | 'denials'>,
  call: CallContext,
  sales: readonly RuledSale[],
  comer: Comer,
): Promise<ReadonlyMap<string, Kept>> {
  const { denials } = deps;
  const { userId, addressId } = comer;
  const kept = new Map<string, Kept>();
  const asked: RuledSale[] = [];
  for (const sale of sales.filter(({ rules }) => rules.length > 0)) {
    const known = denials.find(sale, userId, addressId);
    if (known) kept.set(sale.id, known);
    else asked.push(sale);
  }
  if (asked.length === 0) return kept;
  const slots = await ask(deps, call, asked, comer);
  for (const [index, sale] of asked.entries()) {
    const verdict = slots[index]?.verdict;
    if (verdict?.isAllowed) continue;
    const denial = verdict && denialOf(verdict);
    if (denial) denials.note(sale, userId, addressId, denial);
    kept.set(sale.id, denial ?? 'unknown');
  }
  return kept;
}

/** No slots where access does not answer. */
async function ask(
  { access }: Pick<JoinDeps, 'access'>,
  { requestId, deadlineMs, signal, span }: CallContext,
  sales: readonly RuledSale[],
  { userId, addressId }: Comer,
): Promise<readonly AccessSlot[]> {
  const flashSales = sales.map(({ id, version, rules }) => ({ flashSaleId: id, version, rules: [...rules] }));
  const inTime = deadlineMs - KEPT_BACK_MS;
  const context = { requestId, deadlineMs: inTime, signal, span, identity: activityService };
  try {
    return (await access.batchCheckAccess({ userId, addressId, flashSales }, context)).verdicts;
  } catch (error) {
    if (AppError.is(error, 'USER_NOT_FOUND')) throw unlessGone(error);
    return [];
  }
}
