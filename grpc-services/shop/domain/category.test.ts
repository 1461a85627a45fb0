import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { failsWith } from '@tiffin/lib/testing/expect-error';
import { requireCategory } from './category.ts';
import type { ShopDeps } from './deps.ts';

test('whether there is a category is asked as it is now', async () => {
  const goods: ShopDeps['goods'] = {
    async batchGetCategories({ ids }, { freshness }) {
      const isThere = freshness === 'latest' && ids[0] === '21';
      return { categories: [{ category: isThere ? { id: '21', name: 'Pizza' } : undefined }] };
    },
  };
  const deps = { goods } as Partial<ShopDeps> as ShopDeps;
  await requireCategory(deps, callBy(), '21');
  await assert.rejects(requireCategory(deps, callBy(), '22'), failsWith('CATEGORY_NOT_FOUND'));
});
