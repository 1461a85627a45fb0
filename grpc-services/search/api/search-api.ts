import { isId, validate } from '@tiffin/lib/errors/invalid-argument';
import { checkPage } from '@tiffin/lib/paging/check-page';
import { decodeCursor, encodeCursor } from '@tiffin/lib/paging/cursor';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import { HitKind, type SearchServiceService } from '@tiffin/proto/gen/tiffin/search/v1/search';
import type { SearchDeps } from '../domain/deps.ts';
import { type EntryKind, entryKinds, type FoundPosition } from '../domain/entry.ts';
import { highlight } from '../domain/highlight.ts';
import { search } from '../domain/search.ts';

const maxTextChars = 100;

/** What anybody may search for. */
export function searchApi(deps: SearchDeps): RpcHandlers<SearchServiceService> {
  return {
    async search({ text, kinds, first, after }) {
      const position = after === undefined ? undefined : readCursor(after);
      validate((v) => {
        v.length('text', text, 1, maxTextChars);
        v.check('kinds', !kinds.includes(HitKind.UNSPECIFIED), 'must hold shops or goods only');
        checkPage(v, { first, after }, position);
      });
      const { items, hasNextPage } = await search(deps, {
        text,
        kinds: readKinds(kinds),
        first,
        after: position,
      });
      return {
        edges: items.map((entry) => ({
          hit: { kind: hitKinds[entry.kind], id: entry.refId, highlight: highlight(entry) },
          cursor: encodeCursor(
            String(entry.score),
            String(entry.orderCount),
            String(entry.kind),
            entry.refId,
          ),
        })),
        hasNextPage,
      };
    },
  };
}

const hitKinds = {
  [entryKinds.shop]: HitKind.SHOP,
  [entryKinds.goods]: HitKind.GOODS,
} as const satisfies Record<EntryKind, HitKind>;

const allKinds = Object.values(entryKinds);

function readKinds(kinds: readonly HitKind[]): EntryKind[] {
  return kinds.length === 0 ? allKinds : allKinds.filter((kind) => kinds.includes(hitKinds[kind]));
}

function readCursor(cursor: string): FoundPosition | undefined {
  const [score = '', orderCount = '', kindText = '', refId = ''] = decodeCursor(cursor, 4) ?? [];
  const kind = allKinds.find((known) => String(known) === kindText);
  const isNumbers = /^\d{1,4}$/.test(score) && /^\d{1,9}$/.test(orderCount);
  return isNumbers && kind !== undefined && isId(refId)
    ? { score: Number(score), orderCount: Number(orderCount), kind, refId }
    : undefined;
}
