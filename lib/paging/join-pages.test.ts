import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FindPages, joinPages } from './join-pages.ts';

const isEven = (n: number) => n % 2 === 0;
const never: FindPages<number, string> = () => assert.fail('asked for nothing');

function finder(name: string, asked: (readonly number[])[]): FindPages<number, string> {
  return async (pages) => {
    asked.push(pages);
    return pages.map((page) => ({ items: [`${name} ${page}`], hasNextPage: false }));
  };
}

test('each place is asked once, and the pages come back in the order in which they were asked for', async () => {
  const asked: (readonly number[])[] = [];
  const pages = await joinPages([3, 2, 2, 1, 4], isEven, finder('even', asked), finder('odd', asked));
  assert.deepEqual(
    pages.map(({ items }) => items[0]),
    ['odd 3', 'even 2', 'even 2', 'odd 1', 'even 4'],
  );
  assert.deepEqual(asked, [
    [2, 2, 4],
    [3, 1],
  ]);
});

test('a place that has none of the pages is not asked', async () => {
  assert.deepEqual(await joinPages([], isEven, never, never), []);
  assert.equal((await joinPages([2], isEven, finder('even', []), never)).length, 1);
  assert.equal((await joinPages([1], isEven, never, finder('odd', []))).length, 1);
});
