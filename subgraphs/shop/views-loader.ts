import type { Clock } from '@tiffin/lib/clock/clock';
import { AppError } from '@tiffin/lib/errors/app-error';
import { timedOut, within } from '@tiffin/lib/lifecycle/within';
import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { RpcClient } from '@tiffin/lib/rpc/service';
import { createBatchLoader } from '@tiffin/lib/subgraph/batch-loader';
import type { BehaviorKind, TrackingServiceService } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';

export interface ViewsLoaderOptions {
  readonly tracking: Pick<RpcClient<TrackingServiceService>, 'batchGetCounters'>;
  readonly clock: Clock;
  /** Of what. */
  readonly kind: BehaviorKind;
}

/** The rest of an answer is not worth waiting any longer for a number that is minutes old anyway. */
export const viewsTimeoutMs = 300;
/** The most that an `Int` of GraphQL holds. */
const maxInt = 2 ** 31 - 1;

/**
 * How often shops, or goods, were looked at: one rpc for a batch.
 * @throws AppError DEADLINE_EXCEEDED where tracking does not answer in time, and whatever it fails with.
 */
export function createViewsLoader({ tracking, clock, kind }: ViewsLoaderOptions, call: CallContext) {
  return createBatchLoader(async (ids: readonly string[]) => {
    const counting = tracking.batchGetCounters({ kind, targetIds: [...ids] }, soonOver(call, clock));
    const counted = await within(clock, viewsTimeoutMs, counting);
    if (counted === timedOut) throw new AppError('DEADLINE_EXCEEDED', {});
    return counted.views.map((views) => Math.min(views, maxInt));
  });
}

/** So that tracking too gives up what nobody waits for. */
function soonOver(call: CallContext, clock: Clock): CallContext {
  const { requestId, identity, signal, span, freshness, onDegraded } = call;
  const deadlineMs = Math.min(call.deadlineMs, clock.now() + viewsTimeoutMs);
  return { requestId, identity, deadlineMs, signal, span, freshness, onDegraded };
}
