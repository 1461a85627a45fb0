import type { CallContext } from '@tiffin/lib/rpc/call-context';
import type { Behavior } from '@tiffin/proto/gen/tiffin/tracking/v1/behavior_events';
import type { TrackingDeps } from './deps.ts';

/** Whoever calls did these, now. How many were taken; nobody waits for what becomes of them. */
export function track(
  { behaviors, clock }: Pick<TrackingDeps, 'behaviors' | 'clock'>,
  { identity }: Pick<CallContext, 'identity'>,
  seen: readonly Pick<Behavior, 'kind' | 'targetId'>[],
): number {
  const userId = identity.kind === 'user' ? identity.userId : '';
  const at = new Date(clock.now());
  return seen.filter(({ kind, targetId }) => {
    return behaviors.add({ aggregateId: userId, payload: { userId, kind, targetId, at } });
  }).length;
}
