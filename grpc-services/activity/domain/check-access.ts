import { AppError } from '@tiffin/lib/errors/app-error';
import type { ErrorDetails } from '@tiffin/lib/errors/error-catalogue.gen';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { CheckAccessResponse } from '@tiffin/proto/gen/tiffin/access/v1/access';
import type { FlashSale } from './flash-sale.ts';
import type { JoinDeps } from './join-deps.ts';

/** Whoever joins, or looks whether they may. */
export interface Comer {
  readonly userId: string;
  /** Where the unit is to go; undefined where that is not chosen yet: any address of the user counts then. */
  readonly addressId: string | undefined;
}

/**
 * What keeps a user out of a flash sale, or undefined. Without rules nobody is asked, nor about whom this process has
 * heard it of late.
 * @throws AppError UNAUTHENTICATED for a user who is gone; UNAVAILABLE, DEADLINE_EXCEEDED.
 */
export async function checkAccess(
  { access, denials }: Pick<JoinDeps, 'access' | 'denials'>,
  { requestId, deadlineMs, signal, span }: CallContext,
  { id: flashSaleId, version, rules }: Pick<FlashSale, 'id' | 'version' | 'rules'>,
  { userId, addressId }: Comer,
): Promise<ErrorDetails['ACCESS_DENIED'] | undefined> {
  if (rules.length === 0) return undefined;
  const known = denials.find({ id: flashSaleId, version }, userId, addressId);
  if (known) return known;
  const context: CallContext = { requestId, deadlineMs, signal, span, identity: activityService };
  try {
    const question = { flashSaleId, version, userId, rules: [...rules], addressId };
    const verdict = await access.checkAccess(question, context);
    if (verdict.isAllowed) return undefined;
    const denial = denialOf(verdict);
    denials.note({ id: flashSaleId, version }, userId, addressId, denial);
    return denial;
  } catch (error) {
    throw unlessGone(error);
  }
}

/** As whom this service asks access. */
export const activityService = { kind: 'service', name: 'activity' } as const;

/** What a user is told whom a verdict keeps out. */
export const denialOf = ({ failedRule, reason }: CheckAccessResponse): ErrorDetails['ACCESS_DENIED'] => ({
  rule: failedRule.replace('ACCESS_RULE_KIND_', ''),
  reason,
});

/** What access failed with; where it knows no such user, a token has outlived its user. */
export const unlessGone = (error: unknown): unknown =>
  AppError.is(error, 'USER_NOT_FOUND') ? new AppError('UNAUTHENTICATED', {}, { cause: error }) : error;
