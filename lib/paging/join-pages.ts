import type { Page } from './page.ts';

/** Finds pages, one for each that is asked for, in their order. */
export type FindPages<Asked, Item> = (pages: readonly Asked[]) => Promise<readonly Page<Item>[]>;

/**
 * Pages that come from two places, in the order in which they are asked for: each place is asked once and at the same
 * time as the other, and not at all where none of the pages is there.
 */
export async function joinPages<Asked, Item>(
  pages: readonly Asked[],
  isInFirst: (page: Asked) => boolean,
  findInFirst: FindPages<Asked, Item>,
  findInOther: FindPages<Asked, Item>,
): Promise<Page<Item>[]> {
  const inFirst = pages.filter(isInFirst);
  const inOther = pages.filter((page) => !isInFirst(page));
  const [first, other] = await Promise.all([
    inFirst.length > 0 ? findInFirst(inFirst) : [],
    inOther.length > 0 ? findInOther(inOther) : [],
  ]);
  const [nextFirst, nextOther] = [first.values(), other.values()];
  return pages.map((page) => (isInFirst(page) ? nextFirst : nextOther).next().value ?? noPage);
}

const noPage = { items: [], hasNextPage: false };
