import { isId } from '@tiffin/lib/errors/invalid-argument';
import { createBatcher } from '@tiffin/lib/events/batcher';
import type { Behavior } from '@tiffin/proto/gen/tiffin/tracking/v1/behavior_events';
import type { View } from '../data/view.ts';
import type { TrackingDeps } from './deps.ts';
import { targetKindOf } from './target-kind.ts';

/** Puts what users did into Redis, many at a time. */
export interface ViewKeeper {
  /** Resolves when it is kept; rejects where it may not be, and may then be told again. */
  keep(behavior: Behavior): Promise<void>;
  stop(): Promise<void>;
}

export const maxViewsOfBatch = 100;
/** Short, because each handler waits for it; a batch fills while the one before is written. */
const maxWaitMs = 5;

/** Everything that is told while a batch is written goes with the next one, in one round trip. */
export function createViewKeeper({
  clock,
  views,
  metrics,
}: Pick<TrackingDeps, 'clock' | 'views' | 'metrics'>): ViewKeeper {
  const batcher = createBatcher<View, undefined>({
    clock,
    async send(batch) {
      await views.keep(batch, clock.now());
      return batch.map(() => undefined);
    },
    bytesOf: () => 1,
    maxItems: maxViewsOfBatch,
    maxWaitMs,
  });
  return {
    async keep(behavior) {
      const view = toView(behavior);
      if (view) await batcher.add(view);
      else metrics.odd();
    },
    stop: () => batcher.stop(),
  };
}

/** Undefined for what no process of ours says; trying it again would not help. */
function toView({ userId, kind, targetId, at }: Behavior): View | undefined {
  const targetKind = targetKindOf(kind);
  const isUser = userId === '' || isId(userId);
  if (!targetKind || !isId(targetId) || !at || !isUser) return undefined;
  return { userId: userId || undefined, kind: targetKind, targetId, atMs: at.getTime() };
}
