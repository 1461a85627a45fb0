import { AppError } from '@tiffin/lib/errors/app-error';
import type { Page } from '@tiffin/lib/paging/page';
import type { ParentPage } from '@tiffin/lib/paging/parent-pages';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findUserCoupons } from '../data/coupon-store.ts';
import { type Coupon, seesCouponsOf } from './coupon.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * The coupons that each user has or had, newest first: one page for each request, in their order.
 * @throws AppError UNAUTHENTICATED for nobody; FORBIDDEN when a single page is somebody else's and the caller is no
 *   administrator and no service.
 */
export async function batchListUserCoupons(
  { database }: ActivityDeps,
  { identity }: CallContext,
  pages: readonly ParentPage[],
): Promise<Page<Coupon>[]> {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  if (!pages.every(({ parentId }) => seesCouponsOf(identity, parentId))) throw new AppError('FORBIDDEN', {});
  return pages.length === 0 ? [] : findUserCoupons(database, pages);
}
