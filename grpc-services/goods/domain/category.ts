import { AppError } from '@tiffin/lib/errors/app-error';
import { findCategories } from '../data/category-store.ts';
import type { GoodsDeps } from './deps.ts';

export type { Category } from '../data/category-entity.ts';

/** @throws AppError CATEGORY_NOT_FOUND with the first of the ids that is no category. */
export async function requireCategories(
  { database }: GoodsDeps,
  categoryIds: readonly string[],
): Promise<void> {
  if (categoryIds.length === 0) return;
  const found = new Set((await findCategories(database, categoryIds)).map((category) => category.id));
  const missing = categoryIds.find((id) => !found.has(id));
  if (missing !== undefined) throw new AppError('CATEGORY_NOT_FOUND', { categoryId: missing });
}
