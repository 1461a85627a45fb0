import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { callBy } from '@tiffin/lib/testing/call-by';
import { violates } from '@tiffin/lib/testing/expect-error';
import { insertGoods } from '../data/goods-store.ts';
import { categories, createGoodsTestBed, type GoodsTestBed, otherShopId, shopId } from '../goods-test-bed.ts';

let bed: GoodsTestBed;
const anybody = callBy();
const goodsOfShop = ['101', '102', '103', '104', '105'];

before(async () => {
  bed = await createGoodsTestBed();
  // Younger goods first, so that no order comes by itself.
  for (const id of [...goodsOfShop].reverse()) await insert(id, shopId);
  await insert('201', otherShopId);
});
after(() => bed.stop());
beforeEach(() => void bed.statements.splice(0));

test('answers stand in the order of the ids; missing, malformed and huge ids leave their slots empty', async () => {
  const ids = ['103', '999', '101', 'nonsense', '103', '', '-1', '99999999999999999999', '201'];
  const { goods } = await bed.api.batchGetGoods({ ids }, anybody);
  const found = goods.map((slot) => slot.goods?.id);
  assert.deepEqual(found, [
    '103',
    undefined,
    '101',
    undefined,
    '103',
    undefined,
    undefined,
    undefined,
    '201',
  ]);
  assert.equal(bed.statements.length, 1);
});

test('goods come with all their fields', async () => {
  const { goods } = await bed.api.batchGetGoods({ ids: ['101'] }, anybody);
  assert.deepEqual(goods[0]?.goods, newGoods('101', shopId));
});

test('a batch without any possible id needs no statement', async () => {
  assert.deepEqual(await bed.api.batchGetGoods({ ids: [] }, anybody), { goods: [] });
  assert.deepEqual(await bed.api.batchGetGoods({ ids: ['x'] }, anybody), { goods: [{ goods: undefined }] });
  assert.deepEqual(await bed.api.batchListShopGoods({ pages: [] }, anybody), { pages: [] });
  assert.equal(bed.statements.length, 0);
});

test('100 ids make a batch, 101 do not', async () => {
  const ids = Array.from({ length: 100 }, (_, index) => String(index + 1));
  const pages = ids.map((parentId) => ({ parentId, first: 1 }));
  assert.equal((await bed.api.batchGetGoods({ ids }, anybody)).goods.length, 100);
  assert.equal((await bed.api.batchGetCategories({ ids }, anybody)).categories.length, 100);
  assert.equal((await bed.api.batchListShopGoods({ pages }, anybody)).pages.length, 100);
  assert.equal(bed.statements.length, 3);
  await assert.rejects(bed.api.batchGetGoods({ ids: [...ids, '1'] }, anybody), violates('ids'));
  await assert.rejects(bed.api.batchGetCategories({ ids: [...ids, '1'] }, anybody), violates('ids'));
  await assert.rejects(
    bed.api.batchListShopGoods({ pages: [...pages, ...pages] }, anybody),
    violates('pages'),
  );
});

test('several first pages come from one statement and later ones from another, oldest goods first', async () => {
  const [firstPage] = await listShopGoods({ parentId: shopId, first: 2 });
  const after = firstPage?.endCursor;
  bed.statements.splice(0);
  const pages = await listShopGoods(
    { parentId: otherShopId, first: 10 },
    { parentId: shopId, first: 2, after },
    { parentId: 'nonsense', first: 5 },
    { parentId: shopId, first: 5 },
    { parentId: '999', first: 5 },
    { parentId: shopId, first: 4 },
  );
  assert.deepEqual(
    pages.map(({ ids, hasNextPage }) => [ids, hasNextPage]),
    [
      [['201'], false],
      [['103', '104'], true],
      [[], false],
      [goodsOfShop, false],
      [[], false],
      [goodsOfShop.slice(0, 4), true],
    ],
  );
  assert.equal(bed.statements.length, 2);
});

test('following the cursors shows each of the goods of a shop once', async () => {
  const seen: string[] = [];
  let after: string | undefined;
  for (let pageNo = 1; pageNo <= 3; pageNo++) {
    const [page] = await listShopGoods({ parentId: shopId, first: 2, after });
    assert.equal(page?.hasNextPage, pageNo < 3);
    seen.push(...(page?.ids ?? []));
    after = page?.endCursor;
  }
  assert.deepEqual(seen, goodsOfShop);
});

test('the categories come aligned with their ids', async () => {
  const { categories: slots } = await bed.api.batchGetCategories({ ids: ['22', '99', '21', '22'] }, anybody);
  assert.deepEqual(
    slots.map((slot) => slot.category?.name),
    ['Pizza', undefined, 'Soup', 'Pizza'],
  );
  assert.equal(bed.statements.length, 1);
});

test('following the cursors shows each category once, by name', async () => {
  const seen: (string | undefined)[] = [];
  let after: string | undefined;
  for (let pageNo = 1; pageNo <= categories.length; pageNo++) {
    const { edges, hasNextPage } = await bed.api.listCategories({ first: 1, after }, anybody);
    assert.equal(hasNextPage, pageNo < categories.length);
    seen.push(...edges.map((edge) => edge.category?.name));
    after = edges.at(-1)?.cursor;
  }
  assert.deepEqual(seen, ['Curry', 'Pizza', 'Soup', 'Äpfel']);
});

test('a page holds 1 to 100 items', async () => {
  for (const first of [0, -1, 101, 1.5]) {
    await assert.rejects(bed.api.listCategories({ first }, anybody), violates('first'));
    await assert.rejects(listShopGoods({ parentId: shopId, first }), violates('first'));
  }
});

test('a broken cursor, or one of another list, is refused', async () => {
  const { edges } = await bed.api.listCategories({ first: 1 }, anybody);
  const [page] = await listShopGoods({ parentId: shopId, first: 1 });
  for (const after of ['', 'nonsense', String(edges[0]?.cursor), base64url(['x']), base64url(['-1'])]) {
    await assert.rejects(listShopGoods({ parentId: shopId, first: 1, after }), violates('after'));
  }
  for (const after of [
    '',
    'nonsense',
    String(page?.endCursor),
    base64url(['a\0', '1']),
    base64url(['a', '0']),
  ]) {
    await assert.rejects(bed.api.listCategories({ first: 1, after }, anybody), violates('after'));
  }
});

async function listShopGoods(...pages: { parentId: string; first: number; after?: string | undefined }[]) {
  const answer = await bed.api.batchListShopGoods({ pages }, anybody);
  return answer.pages.map(({ edges, hasNextPage }) => ({
    ids: edges.map((edge) => String(edge.goods?.id)),
    endCursor: edges.at(-1)?.cursor,
    hasNextPage,
  }));
}

const base64url = (sortKey: readonly string[]) => Buffer.from(JSON.stringify(sortKey)).toString('base64url');

function newGoods(id: string, ownShopId: string) {
  return {
    id,
    shopId: ownShopId,
    name: `Goods ${id}`,
    description: "It's 100 % \\ good?",
    price: { amountCents: 990, currency: 'EUR' },
    categoryIds: ['22', '21'],
    available: 0,
    version: 1,
  };
}

const insert = (id: string, ownShopId: string) =>
  insertGoods(bed.deps.database.fork(), newGoods(id, ownShopId));
