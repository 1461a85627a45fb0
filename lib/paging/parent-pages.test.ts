import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violates } from '../testing/expect-error.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { encodeIdCursor } from './cursor.ts';
import {
  type ParentPage,
  parentPagesParameters,
  parentPagesTable,
  readParentPages,
  toParentPages,
} from './parent-pages.ts';

let bed: TestDatabase;
before(async () => {
  bed = await openTestDatabase({ schema: 'farm', entities: [], migrations: [] });
  // Barn 1 has the cows 11 to 15, barn 2 the cow 21.
  await bed.database.query(`create table farm.cow (id bigint, barn_id bigint);
    insert into farm.cow values (15, 1), (13, 1), (21, 2), (11, 1), (12, 1), (14, 1)`);
});
after(() => bed.stop());

async function findCows(order: 'rising ids' | 'falling ids', pages: readonly ParentPage[]) {
  const [isBehind, direction] = order === 'rising ids' ? ['>', ''] : ['<', 'desc'];
  const rows = await bed.database.query<{ id: string; page_no: string }>(
    `select page.page_no, found.* from ${parentPagesTable}
     cross join lateral (
       select id from farm.cow where barn_id = page.parent_id and id ${isBehind} page.after_id
       order by id ${direction} limit page.max_items
     ) as found
     order by page.page_no, found.id ${direction}`,
    parentPagesParameters(pages, order),
  );
  return toParentPages(pages, rows, ({ id }) => id).map(({ items, hasNextPage }) => [items, hasNextPage]);
}

const pages: readonly ParentPage[] = [
  { parentId: '1', first: 2, afterId: undefined },
  { parentId: 'no-id', first: 5, afterId: undefined },
  { parentId: '1', first: 2, afterId: '13' },
  { parentId: '2', first: 1, afterId: undefined },
  { parentId: '9', first: 5, afterId: undefined },
  { parentId: '1', first: 5, afterId: undefined },
  { parentId: '1', first: 4, afterId: undefined },
];

test('pages of several parents come from one statement, in the order asked for', async () => {
  assert.deepEqual(await findCows('rising ids', pages), [
    [['11', '12'], true],
    [[], false],
    [['14', '15'], false],
    [['21'], false],
    [[], false],
    [['11', '12', '13', '14', '15'], false],
    [['11', '12', '13', '14'], true],
  ]);
});

test('the same from the highest id down', async () => {
  assert.deepEqual(await findCows('falling ids', pages.slice(0, 4)), [
    [['15', '14'], true],
    [[], false],
    [['12', '11'], false],
    [['21'], false],
  ]);
});

test('a door reads pages and their cursors', () => {
  const after = encodeIdCursor('7');
  assert.deepEqual(
    readParentPages([
      { parentId: '1', first: 3, after },
      { parentId: 'no-id', first: 100 },
    ]),
    [
      { parentId: '1', first: 3, afterId: '7' },
      { parentId: 'no-id', first: 100, afterId: undefined },
    ],
  );
  assert.deepEqual(readParentPages([]), []);
});

test('a door names what is broken', () => {
  const page = { parentId: '1', first: 1 };
  assert.throws(() => readParentPages([page, { ...page, first: 101 }]), violates('first'));
  assert.throws(() => readParentPages([page, { ...page, after: '' }]), violates('after'));
  assert.throws(() => readParentPages(Array(101).fill(page)), violates('pages'));
});
