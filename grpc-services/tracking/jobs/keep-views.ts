import type { Subscription } from '@tiffin/lib/events/event-bus';
import type { Behavior } from '@tiffin/proto/gen/tiffin/tracking/v1/behavior_events';
import { behavior } from '@tiffin/proto/topics/tracking-topics';
import { maxViewsOfBatch, type ViewKeeper } from '../domain/keep-views.ts';

/** What users look at is known to Redis a moment later. An event that comes twice counts twice: nobody pays by it. */
export function keepViews(keeper: Pick<ViewKeeper, 'keep'>): Subscription<Behavior> {
  return {
    consumer: 'tracking.views',
    topic: behavior,
    // A batch is as large as what is handled at once.
    maxConcurrentHandlers: maxViewsOfBatch,
    handle: ({ payload }) => keeper.keep(payload),
  };
}
