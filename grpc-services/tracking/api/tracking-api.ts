import { type Validator, validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import { checkPage } from '@tiffin/lib/paging/check-page';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import {
  type BatchListUserHistoryRequest,
  BehaviorKind,
  type TrackingServiceService,
} from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import { batchGetCounters } from '../domain/batch-get-counters.ts';
import { batchListUserHistory, type HistoryPageRequest } from '../domain/batch-list-user-history.ts';
import type { TrackingDeps } from '../domain/deps.ts';
import type { HistoryEntry } from '../domain/history-entry.ts';
import { listHot } from '../domain/list-hot.ts';
import { behaviorKindOf, targetKindOf } from '../domain/target-kind.ts';
import { track } from '../domain/track.ts';
import { decodeHistoryCursor, encodeHistoryCursor } from './history-cursor.ts';

const maxEvents = 20;
const maxHot = 100;
const kinds = [BehaviorKind.SHOP_VIEWED, BehaviorKind.GOODS_VIEWED];

/** What clients see happen, and what became of it. */
export function trackingApi(deps: TrackingDeps): RpcHandlers<TrackingServiceService> {
  return {
    async track({ events }, context) {
      validate((v) => {
        const isCountValid = events.length >= 1 && events.length <= maxEvents;
        v.check('events', isCountValid, `must hold 1 to ${maxEvents} events`);
        if (!isCountValid) return;
        for (const [index, { kind, targetId }] of events.entries()) {
          checkKind(v, `events[${index}].kind`, kind);
          v.id(`events[${index}].targetId`, targetId);
        }
      });
      return { accepted: track(deps, context, events) };
    },
    async batchListUserHistory({ pages }, context) {
      const found = await batchListUserHistory(deps, context, readPages(pages));
      return {
        pages: found.map(({ items, hasNextPage }) => ({ edges: items.map(toEdge), hasNextPage })),
      };
    },
    async batchGetCounters({ kind, targetIds }) {
      validate((v) => {
        checkKind(v, 'kind', kind);
        checkBatch(v, 'targetIds', targetIds);
      });
      return { views: await batchGetCounters(deps, targetKindOf(kind) ?? 1, targetIds) };
    },
    async listHot({ kind, first }, context) {
      validate((v) => {
        checkKind(v, 'kind', kind);
        v.pageSize('first', first, maxHot);
      });
      return { targetIds: await listHot(deps, context, targetKindOf(kind) ?? 1, first) };
    },
  };
}

const checkKind = (v: Validator, field: string, kind: BehaviorKind) => v.oneOf(field, kind, kinds);

/** @throws AppError INVALID_ARGUMENT for more than 100 pages, page sizes outside 1 to 100 and broken cursors. */
function readPages(pages: BatchListUserHistoryRequest['pages']): HistoryPageRequest[] {
  const read = pages.map(({ parentId, first, after }) => ({
    request: { first, after },
    page: { userId: parentId, first, after: after === undefined ? undefined : decodeHistoryCursor(after) },
  }));
  validate((v) => {
    checkBatch(v, 'pages', pages);
    for (const { request, page } of read) checkPage(v, request, page.after);
  });
  return read.map(({ page }) => page);
}

const toEdge = (entry: HistoryEntry) => ({
  entry: { kind: behaviorKindOf(entry.kind), targetId: entry.targetId, at: new Date(entry.atMs) },
  cursor: encodeHistoryCursor(entry),
});
