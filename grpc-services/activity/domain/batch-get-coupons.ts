import { AppError } from '@tiffin/lib/errors/app-error';
import { findByIds } from '@tiffin/lib/paging/find-by-ids';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findCoupons } from '../data/coupon-store.ts';
import { type Coupon, seesCouponsOf } from './coupon.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * One answer for each id, in the order of the ids; undefined where there is no such coupon, and in the same way where it
 * is somebody else's and the caller is no administrator and no service: nobody learns that it exists.
 * @throws AppError UNAUTHENTICATED for nobody.
 */
export async function batchGetCoupons(
  { database }: ActivityDeps,
  { identity }: CallContext,
  ids: readonly string[],
): Promise<(Coupon | undefined)[]> {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  const coupons = await findByIds(ids, (possible) => findCoupons(database, possible));
  return coupons.map((coupon) => (coupon && seesCouponsOf(identity, coupon.userId) ? coupon : undefined));
}
