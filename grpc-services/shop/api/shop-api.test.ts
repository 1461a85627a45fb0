import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { violates } from '@tiffin/lib/testing/expect-error';
import { newKey } from '@tiffin/lib/testing/fresh-key';
import type { ListShopsRequest } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { callByCustomer, createShopTestBed, merchant, type ShopTestBed } from '../shop-test-bed.ts';

let bed: ShopTestBed;
before(async () => {
  bed = await createShopTestBed();
});
after(() => bed.stop());
beforeEach(async () => {
  await bed.deps.database.query('truncate shop.review, shop.shop');
  bed.statements.length = 0;
});

const anybody = callBy();

async function addReviews(shopId: string, ...authorIds: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const authorId of authorIds) {
    const request = { idempotencyKey: newKey(), shopId, stars: 4, text: `by ${authorId}` };
    const { review } = await bed.api.addReview(request, callByCustomer(authorId));
    ids.push(review?.id ?? '');
  }
  bed.statements.length = 0;
  return ids;
}

describe('BatchGetShops', () => {
  it('answers in the order of the ids, twice where asked twice, with empty slots, in one statement', async () => {
    const [first = '', second = ''] = await bed.addShops({ name: 'A' }, { name: 'B', status: 'OPEN' });
    const ids = [second, '999', 'no-id', first, '', second, '0', '9223372036854775808', '-1'];
    const { shops } = await bed.api.batchGetShops({ ids }, anybody);
    assert.deepEqual(
      shops.map(({ shop }) => shop?.name),
      ['B', undefined, undefined, 'A', undefined, 'B', undefined, undefined, undefined],
    );
    assert.equal(bed.statements.length, 1);
    assert.deepEqual(shops[0]?.shop, {
      id: second,
      ownerId: merchant.userId,
      name: 'B',
      description: 'Wood fire.',
      categoryId: '21',
      area: 'Mitte',
      status: 'SHOP_STATUS_OPEN',
      rating: { averageHundredths: 0, reviewCount: 0 },
      orderCount: 0,
      version: 1,
    });
  });

  it('answers no ids with nothing, and refuses more than 100', async () => {
    assert.deepEqual(await bed.api.batchGetShops({ ids: [] }, anybody), { shops: [] });
    assert.equal(bed.statements.length, 0);
    const ids = Array.from({ length: 101 }, (_, index) => String(index + 1));
    await assert.rejects(bed.api.batchGetShops({ ids }, anybody), violates('ids'));
    assert.equal((await bed.api.batchGetShops({ ids: ids.slice(1) }, anybody)).shops.length, 100);
  });
});

describe('ListShops', () => {
  const rated = (stars: number) => ({ ratingSum: stars * 2, reviewCount: 2 });

  /** Names of all shops, read page by page. */
  async function readAll(
    filter: Pick<ListShopsRequest, 'categoryId' | 'area'>,
    first: number,
  ): Promise<string[]> {
    const names: string[] = [];
    let after: string | undefined;
    do {
      const page = await bed.api.listShops({ ...filter, first, after }, anybody);
      assert.ok(page.edges.length <= first);
      names.push(...page.edges.map(({ shop }) => shop?.name ?? ''));
      after = page.hasNextPage ? page.edges.at(-1)?.cursor : undefined;
    } while (after !== undefined);
    return names;
  }

  beforeEach(async () => {
    await bed.addShops(
      { name: 'a', ...rated(3), area: 'Mitte', categoryId: '21' },
      { name: 'b', ...rated(4.5), area: 'Süd', categoryId: '21' },
      { name: 'c', area: 'Mitte', categoryId: '22' },
      { name: 'd', ...rated(4.5), area: 'Mitte', categoryId: '21' },
      { name: 'e', ...rated(5), area: 'Süd', categoryId: '22' },
      { name: 'f', area: 'Mitte', categoryId: '21' },
    );
  });

  it('lists best rated first, ties by id, the same for every page size', async () => {
    for (const first of [1, 2, 3, 5, 6, 7, 100]) {
      assert.deepEqual(await readAll({}, first), ['e', 'b', 'd', 'a', 'c', 'f'], `pages of ${first}`);
    }
  });

  it('filters by category, by area and by both, page by page', async () => {
    for (const first of [1, 2, 100]) {
      assert.deepEqual(await readAll({ categoryId: '21' }, first), ['b', 'd', 'a', 'f']);
      assert.deepEqual(await readAll({ area: 'Mitte' }, first), ['d', 'a', 'c', 'f']);
      assert.deepEqual(await readAll({ area: 'Süd' }, first), ['e', 'b']);
      assert.deepEqual(await readAll({ categoryId: '21', area: 'Mitte' }, first), ['d', 'a', 'f']);
    }
  });

  it('knows no shop of an unknown or malformed category, or in an unknown area', async () => {
    for (const filter of [
      { categoryId: '99' },
      { categoryId: "21' or true" },
      { area: "Mitte' or true --" },
    ]) {
      assert.deepEqual(await bed.api.listShops({ ...filter, first: 5 }, anybody), {
        edges: [],
        hasNextPage: false,
      });
    }
  });

  it('says whether another page follows', async () => {
    assert.equal((await bed.api.listShops({ first: 5 }, anybody)).hasNextPage, true);
    assert.equal((await bed.api.listShops({ first: 6 }, anybody)).hasNextPage, false);
  });

  it('names the broken argument', async () => {
    for (const first of [0, -1, 101, 1.5]) {
      await assert.rejects(bed.api.listShops({ first }, anybody), violates('first'));
    }
    for (const after of ['', 'x', Buffer.from('900/x').toString('base64url')]) {
      await assert.rejects(bed.api.listShops({ first: 1, after }, anybody), violates('after'));
    }
    for (const area of ['', ' ', 'x'.repeat(61), 'a\0b']) {
      await assert.rejects(bed.api.listShops({ first: 1, area }, anybody), violates('area'));
    }
  });
});

describe('BatchListShopReviews and BatchListUserReviews', () => {
  it('list newest first, each page on its own, small first ones in one statement and others in another', async () => {
    const [shop = '', otherShop = ''] = await bed.addShops({}, {});
    const ids = await addReviews(shop, '11', '12', '13');
    const [otherId] = await addReviews(otherShop, '12');
    const { pages: firstPages } = await bed.api.batchListShopReviews(
      { pages: [{ parentId: shop, first: 2 }] },
      anybody,
    );
    const after = firstPages[0]?.edges[0]?.cursor;
    bed.statements.length = 0;
    const { pages } = await bed.api.batchListShopReviews(
      {
        pages: [
          { parentId: shop, first: 2 },
          { parentId: '999', first: 1 },
          { parentId: shop, first: 100, after },
          { parentId: 'no-id', first: 1 },
          { parentId: otherShop, first: 1 },
          { parentId: shop, first: 1, after },
        ],
      },
      anybody,
    );
    assert.equal(bed.statements.length, 2);
    assert.deepEqual(
      pages.map(({ edges, hasNextPage }) => [edges.map(({ review }) => review?.id), hasNextPage]),
      [
        [[ids[2], ids[1]], true],
        [[], false],
        [[ids[1], ids[0]], false],
        [[], false],
        [[otherId], false],
        [[ids[1]], true],
      ],
    );
  });

  it('list a user’s reviews of all shops', async () => {
    const [shop = '', otherShop = ''] = await bed.addShops({}, {});
    const [first] = await addReviews(shop, '11', '12');
    const [second] = await addReviews(otherShop, '11');
    const { pages } = await bed.api.batchListUserReviews(
      {
        pages: [
          { parentId: '11', first: 1 },
          { parentId: '11', first: 5 },
          { parentId: shop, first: 5 },
        ],
      },
      anybody,
    );
    assert.equal(bed.statements.length, 1);
    assert.deepEqual(
      pages.map(({ edges, hasNextPage }) => [edges.map(({ review }) => review?.id), hasNextPage]),
      [
        [[second], true],
        [[second, first], false],
        [[], false],
      ],
    );
    assert.deepEqual(pages[1]?.edges[1]?.review, {
      id: first,
      shopId: shop,
      authorId: '11',
      stars: 4,
      text: 'by 11',
      createdAt: new Date(bed.clock.now()),
    });
  });

  it('name the broken argument, and answer no pages with nothing', async () => {
    for (const list of [bed.api.batchListShopReviews, bed.api.batchListUserReviews]) {
      assert.deepEqual(await list({ pages: [] }, anybody), { pages: [] });
      const page = { parentId: '1', first: 1 };
      await assert.rejects(list({ pages: [page, { ...page, first: 101 }] }, anybody), violates('first'));
      await assert.rejects(list({ pages: [page, { ...page, after: 'x' }] }, anybody), violates('after'));
      await assert.rejects(list({ pages: Array(101).fill(page) }, anybody), violates('pages'));
    }
  });
});

describe('AddReview', () => {
  it('answers with the review and moves the rating, not the version', async () => {
    const [shopId = ''] = await bed.addShops({});
    const request = { idempotencyKey: newKey(), shopId, stars: 4, text: "Don't\n?? \\ miss 🍜" };
    const { review } = await bed.api.addReview(request, callByCustomer('11'));
    assert.ok(review);
    const { id, ...rest } = review;
    const createdAt = new Date(bed.clock.now());
    assert.deepEqual(rest, { shopId, authorId: '11', stars: 4, text: request.text, createdAt });
    const { pages } = await bed.api.batchListShopReviews(
      { pages: [{ parentId: shopId, first: 1 }] },
      anybody,
    );
    assert.deepEqual(pages[0]?.edges[0]?.review, review);
    await bed.api.addReview({ ...request, stars: 5 }, callByCustomer('12'));
    await bed.api.addReview({ ...request, stars: 5, text: '' }, callByCustomer('13'));
    const { rating, version } = await bed.getShop(shopId);
    assert.deepEqual(rating, { averageHundredths: 467, reviewCount: 3 });
    assert.equal(version, 1);
  });

  it('counts a refused review nowhere', async () => {
    const [shopId = ''] = await bed.addShops({});
    const request = { idempotencyKey: newKey(), shopId, stars: 1, text: '' };
    await bed.api.addReview(request, callByCustomer('11'));
    await assert.rejects(
      bed.api.addReview({ ...request, idempotencyKey: newKey(), stars: 5 }, callByCustomer('11')),
    );
    assert.deepEqual((await bed.getShop(shopId)).rating, { averageHundredths: 100, reviewCount: 1 });
  });

  it('loses none of 50 reviews at once, and lets one user in once', async () => {
    const [shopId = ''] = await bed.addShops({});
    const review = (stars: number, authorId: string) =>
      bed.api.addReview({ idempotencyKey: newKey(), shopId, stars, text: '' }, callByCustomer(authorId));
    await Promise.all(Array.from({ length: 50 }, (_, index) => review((index % 5) + 1, String(index + 100))));
    assert.deepEqual((await bed.getShop(shopId)).rating, { averageHundredths: 300, reviewCount: 50 });
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => review(5, '99')));
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await bed.getShop(shopId)).rating?.reviewCount, 51);
  });

  it('names all broken arguments at once', async () => {
    const request = { idempotencyKey: '', shopId: 'x', stars: 6, text: 'x'.repeat(2_001) };
    const call = bed.api.addReview(request, callByCustomer('11'));
    await assert.rejects(call, violates('idempotencyKey', 'shopId', 'stars', 'text'));
    for (const stars of [0, -1, 2.5, Number.NaN]) {
      const broken = { idempotencyKey: 'x'.repeat(65), shopId: '1', stars, text: 'a\0b' };
      const call = bed.api.addReview(broken, callByCustomer('11'));
      await assert.rejects(call, violates('idempotencyKey', 'stars', 'text'));
    }
  });
});
