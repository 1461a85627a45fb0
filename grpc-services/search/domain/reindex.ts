import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { Goods } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { Shop } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { type Entry, entryKinds } from '../data/entry.ts';
import { addEntries, drawGeneration, publishGeneration } from '../data/entry-store.ts';
import type { SearchDeps } from './deps.ts';

/** What an rpc returns at most of a list. */
const pageSize = 100;
/** 100,000 shops: a list that is longer does not end. */
const maxShopPages = 1_000;

export interface Reindexed {
  readonly shops: number;
  readonly goods: number;
}

/**
 * Reads all shops and goods into a new generation of the index and lets searches read it once it is complete. Of
 * several that run at once each writes its own generation, and the newest stays. `newCall` makes the context of each
 * rpc, since the whole takes longer than one call may.
 * @throws AppError of the rpc that failed; searches go on over the old generation.
 */
export async function reindex(deps: SearchDeps, newCall: () => CallContext): Promise<Reindexed> {
  const generation = await drawGeneration(deps.database);
  const counts = { shops: 0, goods: 0 };
  for await (const shops of allShops(deps, newCall)) {
    await addEntries(deps.database, generation, shops.map(toShopEntry));
    counts.shops += shops.length;
    for await (const goods of goodsOf(deps, shops, newCall)) {
      await addEntries(deps.database, generation, goods.map(toGoodsEntry));
      counts.goods += goods.length;
    }
  }
  await publishGeneration(deps.database, generation);
  return counts;
}

/** All shops, page by page. A shop whose rating changes meanwhile may come twice, or not before the next time. */
async function* allShops({ shops }: SearchDeps, newCall: () => CallContext): AsyncGenerator<Shop[]> {
  let after: string | undefined;
  for (let page = 0; page < maxShopPages; page++) {
    const { edges, hasNextPage } = await shops.listShops({ first: pageSize, after }, newCall());
    yield edges.flatMap(({ shop }) => shop ?? []);
    after = edges.at(-1)?.cursor;
    if (!hasNextPage || after === undefined) return;
  }
  throw new Error(`There are more than ${maxShopPages * pageSize} shops; raise maxShopPages.`);
}

/** The goods of some shops: a page of each shop a call, until no shop has a further one. */
async function* goodsOf(
  { goods }: SearchDeps,
  shops: readonly Shop[],
  newCall: () => CallContext,
): AsyncGenerator<Goods[]> {
  let open: { parentId: string; first: number; after?: string | undefined }[] = shops.map(({ id }) => ({
    parentId: id,
    first: pageSize,
  }));
  while (open.length > 0) {
    const { pages } = await goods.batchListShopGoods({ pages: open }, newCall());
    yield pages.flatMap(({ edges }) => edges.flatMap((edge) => edge.goods ?? []));
    open = open.flatMap((request, index) => {
      const { edges = [], hasNextPage = false } = pages[index] ?? {};
      return hasNextPage ? [{ ...request, after: edges.at(-1)?.cursor }] : [];
    });
  }
}

const toShopEntry = ({ id, name, description }: Shop): Entry => ({
  kind: entryKinds.shop,
  refId: id,
  name,
  body: description,
});

const toGoodsEntry = ({ id, name, description }: Goods): Entry => ({
  kind: entryKinds.goods,
  refId: id,
  name,
  body: description,
});
