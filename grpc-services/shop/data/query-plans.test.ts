import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createShopTestBed, type ShopTestBed } from '../shop-test-bed.ts';
import { type ReviewParent, reviewPagesSql } from './review-store.ts';
import { firstShopsSql, type ShopQuery, shopsByRatingSql } from './shop-store.ts';

let bed: ShopTestBed;
before(async () => {
  bed = await createShopTestBed();
  const { database } = bed.deps;
  await database.query("set tiffin.filling = 'on'");
  // Enough rows that the planner prefers an index by itself, a third of them with one rating.
  await database.query(`
    insert into shop.shop
      (id, owner_id, name, description, category_id, area, status, rating_sum, review_count, version)
    select n, 2, 'Shop ' || n, '', 1 + n % 40, 'Area ' || n % 30, 'OPEN', 3 * (n % 3), n % 3, 1
    from generate_series(1, 20000) as n`);
  await database.query(`
    insert into shop.review (id, shop_id, author_id, stars, text, created_at)
    select n, 1 + n % 400, 1 + n / 400, 3, '', to_timestamp(n) from generate_series(1, 20000) as n`);
  await database.query('analyze shop.shop, shop.review');
});
after(() => bed.stop());

async function planOf({ sql, parameters }: { sql: string; parameters: unknown[] }): Promise<string> {
  const rows = await bed.deps.database.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, parameters);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('a list of shops', () => {
  const after = { ratingHundredths: 300, id: '10000' };
  const cases: [index: string, filter: Pick<ShopQuery, 'categoryId' | 'area'>][] = [
    ['shop_by_rating', { categoryId: undefined, area: undefined }],
    ['shop_by_category', { categoryId: '7', area: undefined }],
    ['shop_by_area', { categoryId: undefined, area: 'Area 7' }],
    ['shop_by_category_and_area', { categoryId: '7', area: 'Area 6' }],
  ];
  for (const [index, filter] of cases) {
    it(`reads ${index} from the cursor on, without sorting`, async () => {
      for (const page of [{ after: undefined }, { after }]) {
        const plan = await planOf(shopsByRatingSql({ ...filter, ...page, maxItems: 3 }));
        assert.match(plan, new RegExp(`Index Scan using ${index} `), plan);
        assert.doesNotMatch(plan, /Sort|Filter/, plan);
        if (page.after) assert.match(plan, /Index Cond: .*ROW\(/, plan);
      }
    });

    it(`reads the first shops from ${index}, and each of them once`, async () => {
      const plan = await planOf(firstShopsSql(filter, 20));
      // The few of a category and an area may be sorted behind a bitmap.
      assert.match(plan, new RegExp(`(Index Scan using|Bitmap Index Scan on) ${index} `), plan);
      assert.doesNotMatch(plan, /Filter|Seq Scan|Join|Loop/, plan);
    });
  }
});

describe('a batch of pages of reviews', () => {
  const cases: [parent: ReviewParent, index: string][] = [
    ['shop', 'review_by_shop'],
    ['author', 'review_by_author'],
  ];
  for (const [parent, index] of cases) {
    it(`reads ${index} once for each page of one ${parent}`, async () => {
      const pages = ['1', '2'].map((parentId) => ({ parentId, first: 20, afterId: '10000' }));
      const plan = await planOf(reviewPagesSql(parent, pages));
      assert.match(plan, new RegExp(`Index Scan Backward using ${index} `), plan);
      assert.match(plan, /Index Cond: .*_id = page.parent_id.*id < page.after_id/, plan);
      // Sorted only once, over all pages; a page of its own comes sorted from the index.
      assert.equal(plan.match(/Sort Key/g)?.length, 1, plan);
    });
  }
});
