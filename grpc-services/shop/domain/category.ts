import { AppError } from '@tiffin/lib/errors/app-error';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { ShopDeps } from './deps.ts';

/**
 * Asks the goods service, so it is never called inside a transaction.
 * @throws AppError CATEGORY_NOT_FOUND where there is no such category.
 */
export async function requireCategory(
  { goods }: ShopDeps,
  context: CallContext,
  categoryId: string,
): Promise<void> {
  const call: CallContext = { ...context, freshness: 'latest' };
  const { categories } = await goods.batchGetCategories({ ids: [categoryId] }, call);
  if (!categories[0]?.category) throw new AppError('CATEGORY_NOT_FOUND', { categoryId });
}
