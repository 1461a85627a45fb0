import { AppError } from '@tiffin/lib/errors/app-error';
import { isId } from '@tiffin/lib/errors/invalid-argument';
import { hasRole } from '@tiffin/lib/identity/require-role';
import { type Page, toPage } from '@tiffin/lib/paging/page';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { findHistories } from '../data/history-rows.ts';
import { laterFirst, maxHistoryEntries, type Seen } from '../data/view.ts';
import type { TrackingDeps } from './deps.ts';

/** Which page of one user's history. */
export interface HistoryPageRequest {
  readonly userId: string;
  readonly first: number;
  /** The page starts behind this one. */
  readonly after: Seen | undefined;
}

type HistoryDeps = Pick<TrackingDeps, 'database' | 'views' | 'metrics' | 'logger'>;

/**
 * What each user looked at, each thing once, latest first: one page for each request, in their order. Redis knows the
 * newest; where it knows less than a full history the database is asked too, for all such users at once, because Redis may
 * have lost the rest. Pages of others are empty, but for administrators and our own processes.
 * @throws AppError UNAUTHENTICATED for nobody.
 */
export async function batchListUserHistory(
  deps: HistoryDeps,
  { identity }: CallContext,
  pages: readonly HistoryPageRequest[],
): Promise<Page<Seen>[]> {
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  const seesAll = hasRole(identity, 'ADMIN');
  const isShown = (userId: string) =>
    isId(userId) && (seesAll || (identity.kind === 'user' && identity.userId === userId));
  const userIds = [...new Set(pages.map(({ userId }) => userId))].filter(isShown);
  const histories = await readHistories(deps, userIds);
  return pages.map(({ userId, first, after }) => {
    const seen = histories.get(userId) ?? [];
    const from = after ? seen.findIndex((look) => laterFirst(after, look) < 0) : 0;
    return toPage(from < 0 ? [] : seen.slice(from, from + first + 1), first);
  });
}

async function readHistories(
  deps: HistoryDeps,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Seen[]>> {
  if (userIds.length === 0) return new Map();
  const newest = await fromRedis(deps, userIds);
  const partly = userIds.filter((_, index) => (newest[index]?.length ?? 0) < maxHistoryEntries);
  const older = partly.length > 0 ? await findHistories(deps.database, partly) : [];
  const olderOf = new Map(partly.map((userId, index) => [userId, older[index] ?? []]));
  return new Map(
    userIds.map((userId, index) => [userId, together(newest[index] ?? [], olderOf.get(userId) ?? [])]),
  );
}

/** Nobody fails for want of the latest seconds. */
async function fromRedis(
  { views, metrics, logger }: HistoryDeps,
  userIds: readonly string[],
): Promise<Seen[][]> {
  try {
    return await views.histories(userIds);
  } catch (error) {
    metrics.withoutRedis();
    logger.warn({ err: error }, 'histories are read without Redis');
    return [];
  }
}

/** Each thing once, by its last time. */
function together(newest: readonly Seen[], older: readonly Seen[]): Seen[] {
  const byThing = new Map<string, Seen>();
  for (const look of [...newest, ...older]) {
    const thing = `${look.kind}:${look.targetId}`;
    const known = byThing.get(thing);
    if (!known || known.atMs < look.atMs) byThing.set(thing, look);
  }
  return [...byThing.values()].sort(laterFirst).slice(0, maxHistoryEntries);
}
