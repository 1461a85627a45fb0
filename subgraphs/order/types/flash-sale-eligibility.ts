import { AppError } from '@tiffin/lib/errors/app-error';
import { type ErrorResult, errorResult } from '@tiffin/lib/subgraph/error-result';
import type { FlashSaleEligibility } from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale';

/** A verdict as a client sees it. */
export type ShownEligibility = { readonly __typename: 'Eligible'; readonly isEligible: true } | ErrorResult;

/** The next look may find out more. */
const retryAfterMs = 1_000;

const codes = {
  notStarted: 'NOT_STARTED',
  accessDenied: 'ACCESS_DENIED',
  alreadyJoined: 'ALREADY_JOINED',
  soldOut: 'SOLD_OUT',
  ended: 'ENDED',
} as const;

/**
 * What stands in the way looks as it would in a join.
 * @throws AppError UNAVAILABLE where the service has no verdict: it could not find out now, or the flash sale is gone since
 *   it was read.
 */
export function shownEligibility({ verdict }: FlashSaleEligibility): ShownEligibility {
  if (!verdict) throw new AppError('UNAVAILABLE', { retryAfterMs });
  if (verdict.$case === 'eligible') return { __typename: 'Eligible', isEligible: true };
  return errorResult(codes[verdict.$case], verdict.value);
}
