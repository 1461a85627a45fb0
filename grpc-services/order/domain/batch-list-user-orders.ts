import { AppError } from '@tiffin/lib/errors/app-error';
import type { Page } from '@tiffin/lib/paging/page';
import type { ParentPage } from '@tiffin/lib/paging/parent-pages';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findUserOrders } from '../data/order-store.ts';
import type { OrderDeps } from './deps.ts';
import type { Order } from './order.ts';
import { seesOrdersOf } from './order-access.ts';

/**
 * What each user ordered, newest first: one page for each request, in their order.
 * @throws AppError UNAUTHENTICATED for nobody; FORBIDDEN when a single page is somebody else's and the caller is no
 *   administrator and no service.
 */
export async function batchListUserOrders(
  { database }: OrderDeps,
  { identity }: CallContext,
  pages: readonly ParentPage[],
): Promise<Page<Order>[]> {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  if (!pages.every(({ parentId }) => seesOrdersOf(identity, parentId))) throw new AppError('FORBIDDEN', {});
  return pages.length === 0 ? [] : findUserOrders(database, pages);
}
