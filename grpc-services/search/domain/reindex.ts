import { AppError } from '@tiffin/lib/errors/app-error';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { Goods } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { Shop } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import type { IndexedEntry } from '../data/entry.ts';
import {
  addEntries,
  type Claim,
  claimIdleHalf,
  dropClaim,
  emptyHalf,
  publishHalf,
} from '../data/entry-store.ts';
import type { SearchDeps } from './deps.ts';
import { goodsEntry, shopEntry } from './entry-of.ts';

/** What an rpc returns at most of a list. */
const maxPageShops = 100;
/** 100,000 shops: a list that is longer does not end. */
const maxShopPages = 1_000;
/** Together at most 250 goods an answer: with the longest descriptions, of 4 bytes a letter, within gRPC's 4 MiB. */
const [shopsPerCall, goodsPerShop] = [5, 50];
/** Each batch of entries renews the claim; the longest gap is two rpcs and their statements. */
const claimMs = 60_000;
const retryAfterMs = 2_000;

export interface Reindexed {
  readonly shops: number;
  readonly goods: number;
}

/**
 * Reads all shops and goods into the half of the index that nobody reads, then lets searches read that one. `newCall`
 * makes the context of each rpc, since the whole takes longer than one call may.
 * @throws AppError UNAVAILABLE while another reindex is under way, or that of the rpc that failed; searches go on over
 * what was indexed before.
 */
export async function reindex(deps: SearchDeps, newCall: () => CallContext): Promise<Reindexed> {
  const { clock, database } = deps;
  const nowMs = clock.now();
  const claim = await claimIdleHalf(database, nowMs, nowMs + claimMs);
  if (!claim) throw new AppError('UNAVAILABLE', { retryAfterMs });
  try {
    await emptyHalf(database, claim, nowMs + claimMs);
    const counts = await fill(deps, claim, newCall);
    await publishHalf(database, claim);
    return counts;
  } catch (error) {
    // Where the database is away too, the claim lapses by itself, and what went wrong first is worth more.
    await dropClaim(database, claim).catch(() => {});
    throw error;
  }
}

async function fill(deps: SearchDeps, claim: Claim, newCall: () => CallContext): Promise<Reindexed> {
  const counts = { shops: 0, goods: 0 };
  const add = (entries: readonly IndexedEntry[]) =>
    addEntries(deps.database, claim, entries, deps.clock.now() + claimMs);
  for await (const shops of allShops(deps, newCall)) {
    await add(shops.map(shopEntry));
    counts.shops += shops.length;
    for (let start = 0; start < shops.length; start += shopsPerCall) {
      for await (const goods of goodsOf(deps, shops.slice(start, start + shopsPerCall), newCall)) {
        await add(goods.map(goodsEntry));
        counts.goods += goods.length;
      }
    }
  }
  return counts;
}

/** All shops, page by page. A shop whose rating changes meanwhile may come twice, or not before the next time. */
async function* allShops({ shops }: SearchDeps, newCall: () => CallContext): AsyncGenerator<Shop[]> {
  let after: string | undefined;
  for (let page = 0; page < maxShopPages; page++) {
    const { edges, hasNextPage } = await shops.listShops({ first: maxPageShops, after }, newCall());
    yield edges.flatMap(({ shop }) => shop ?? []);
    after = edges.at(-1)?.cursor;
    if (!hasNextPage || after === undefined) return;
  }
  throw new Error(`There are more than ${maxShopPages * maxPageShops} shops; raise maxShopPages.`);
}

/** The goods of some shops: a page of each shop a call, until no shop has a further one. */
async function* goodsOf(
  { goods }: SearchDeps,
  shops: readonly Shop[],
  newCall: () => CallContext,
): AsyncGenerator<Goods[]> {
  let open: { parentId: string; first: number; after?: string | undefined }[] = shops.map(({ id }) => ({
    parentId: id,
    first: goodsPerShop,
  }));
  while (open.length > 0) {
    const { pages } = await goods.batchListShopGoods({ pages: open }, newCall());
    yield pages.flatMap(({ edges }) => edges.flatMap((edge) => edge.goods ?? []));
    open = open.flatMap((request, index) => {
      const { edges = [], hasNextPage = false } = pages[index] ?? {};
      const after = edges.at(-1)?.cursor;
      return hasNextPage && after !== undefined ? [{ ...request, after }] : [];
    });
  }
}
