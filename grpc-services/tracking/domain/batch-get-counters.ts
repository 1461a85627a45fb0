import { isId } from '@tiffin/lib/errors/invalid-argument';
import { findViews } from '../data/counter-rows.ts';
import type { TargetKind } from '../data/view.ts';
import type { TrackingDeps } from './deps.ts';

/** How often each was looked at, in the order of the ids, but for the latest seconds; 0 for what nobody knows. */
export async function batchGetCounters(
  { database }: Pick<TrackingDeps, 'database'>,
  kind: TargetKind,
  targetIds: readonly string[],
): Promise<number[]> {
  const possible = [...new Set(targetIds)].filter(isId);
  const views = possible.length > 0 ? await findViews(database, kind, possible) : new Map<string, number>();
  return targetIds.map((id) => views.get(id) ?? 0);
}
