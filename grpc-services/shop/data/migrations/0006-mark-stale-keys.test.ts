import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { freshKey } from '@tiffin/lib/testing/fresh-key';
import { openTestDatabase } from '@tiffin/lib/testing/test-database';
import { allowReview } from '../../domain/allow-review.ts';
import { countOrder } from '../../domain/count-order.ts';
import {
  callByCustomer,
  createShopTestBed,
  merchant,
  type ShopTestBed,
  shopSchema,
} from '../../shop-test-bed.ts';
import { insertDemoData } from '../demo-data.ts';
import { shopFilterOf, shopKey, shopListId, shopListKey, shopReviewsKey } from '../keys.ts';

/** Text of all kinds that an area may be: separators, letters of two bytes and of four, and 60 of them. */
const area = 'Süd: *"%~:';
const longArea = '🍜'.repeat(60);

let bed: ShopTestBed;
let id: string;
before(async () => {
  bed = await createShopTestBed();
});
after(() => bed.stop());
beforeEach(async () => {
  id = await createShop();
  await marked();
});

test('a new shop marks itself and the lists that it may stand in', async () => {
  const newId = await createShop();
  await assertMarked(shopKey(newId), ...listKeys(['21'], [area]));
});

test('a shop with other words marks itself, one that opens or closes does when it was not yet so', async () => {
  await updateShop({ name: 'Forno', description: 'New' });
  await assertMarked(shopKey(id));
  await bed.admin.openShop({ ...freshKey, shopId: id }, callBy(merchant));
  await assertMarked(shopKey(id));
  await bed.admin.openShop({ ...freshKey, shopId: id }, callBy(merchant));
  await assertMarked();
  await bed.admin.closeShop({ ...freshKey, shopId: id }, callBy(merchant));
  await assertMarked(shopKey(id));
});

test('a shop that moves marks the lists that it leaves and those that it comes into', async () => {
  await updateShop({ area: longArea });
  await assertMarked(shopKey(id), ...new Set([...listKeys(['21'], [area]), ...listKeys(['21'], [longArea])]));
  await updateShop({ categoryId: '22', area }, 2);
  const lists = new Set([...listKeys(['21'], [longArea]), ...listKeys(['22'], [area])]);
  assert.equal(lists.size, 7);
  await assertMarked(shopKey(id), ...lists);
});

test('a review marks the reviews and the shop, and its lists where the shop is rated otherwise', async () => {
  const review = { shopId: id, stars: 4, text: '' };
  await allow('11', '12', '13');
  await assertMarked();
  await bed.api.addReview({ ...freshKey, ...review }, callByCustomer('11'));
  await assertMarked(shopReviewsKey(id), shopKey(id), ...listKeys(['21'], [area]));
  await bed.api.addReview({ ...freshKey, ...review }, callByCustomer('12'));
  await assertMarked(shopReviewsKey(id), shopKey(id));
  await assert.rejects(bed.api.addReview({ ...freshKey, ...review }, callByCustomer('12')));
  await assertMarked();
  await bed.api.addReview({ ...freshKey, ...review, stars: 1 }, callByCustomer('13'));
  await assertMarked(shopReviewsKey(id), shopKey(id), ...listKeys(['21'], [area]));
});

test('an order that counts marks its shop', async () => {
  await countOrder(bed.deps, { consumer: 'test', eventId: `order ${id}`, signal }, id);
  await assertMarked(shopKey(id));
  await countOrder(bed.deps, { consumer: 'test', eventId: `order ${id}`, signal }, id);
  await assertMarked();
});

test('a shop that goes marks itself and its lists, a review that goes or moves marks where it stood', async () => {
  const { database } = bed.deps;
  const other = await createShop();
  const review = `${id}7`;
  await marked();
  await database.query(
    "insert into shop.review (id, shop_id, author_id, stars, text, created_at) values (?, ?, 5, 3, '', now())",
    [review, id],
  );
  await assertMarked(shopReviewsKey(id));
  await database.query('update shop.review set shop_id = ? where id = ?', [other, review]);
  await assertMarked(shopReviewsKey(id), shopReviewsKey(other));
  await database.query('delete from shop.review where id = ?', [review]);
  await assertMarked(shopReviewsKey(other));
  await database.query('delete from shop.shop where id = ?', [id]);
  await assertMarked(shopKey(id), ...listKeys(['21'], [area]));
});

test('tables that are filled mark nothing', async () => {
  const empty = await openTestDatabase(shopSchema);
  assert.equal(await insertDemoData(empty.database), true);
  assert.deepEqual(await empty.database.query('select key from shop.stale_key'), []);
  await empty.stop();
});

test('a list is named by its filter, within 500 characters', () => {
  const filters = [undefined, area, longArea].flatMap((each) =>
    [undefined, '9223372036854775807'].map((categoryId) => ({ categoryId, area: each })),
  );
  for (const filter of filters) assert.deepEqual(shopFilterOf(shopListId(filter)), filter);
  const keys = new Set(filters.map((filter) => shopListKey(shopListId(filter))));
  assert.equal(keys.size, filters.length);
  for (const key of keys) assert.match(key, /^shp:l:\d{0,19}:[0-9a-f]{0,480}$/);
});

const { signal } = new AbortController();

/** Those of each combination of filters, none included. */
function listKeys(categoryIds: string[], areas: string[]): string[] {
  return [undefined, ...categoryIds].flatMap((categoryId) =>
    [undefined, ...areas].map((each) => shopListKey(shopListId({ categoryId, area: each }))),
  );
}

/** Takes the marks away. */
async function marked(): Promise<string[]> {
  const rows = await bed.deps.database.query<{ key: string }>('delete from shop.stale_key returning key');
  return rows.map(({ key }) => key).sort();
}

async function assertMarked(...keys: string[]): Promise<void> {
  assert.deepEqual(await marked(), keys.sort());
}

async function createShop(): Promise<string> {
  const profile = { name: 'Forno Bello', description: '', categoryId: '21', area };
  const { shop } = await bed.admin.createShop({ ...freshKey, ...profile }, callBy(merchant));
  return shop?.id ?? assert.fail();
}

async function updateShop(change: object, version = 1): Promise<void> {
  await bed.admin.updateShop({ ...freshKey, shopId: id, version, ...change }, callBy(merchant));
}

async function allow(...userIds: string[]): Promise<void> {
  for (const userId of userIds) {
    await allowReview(bed.deps, { consumer: 'test', eventId: `${id} ${userId}`, signal }, id, userId);
  }
}
