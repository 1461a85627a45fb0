import type { CallContext } from '@tiffin/lib/rpc/call-context';
import { BehaviorKind } from '@tiffin/proto/gen/tiffin/tracking/v1/tracking';
import type { BffClients } from './clients.ts';

/** Notes that the user has seen some goods. */
export async function lookAround(
  { tracking }: BffClients,
  { input }: { input: { events: readonly { targetId: string }[] } },
  call: CallContext,
): Promise<unknown> {
  const events = input.events.map(({ targetId }) => ({ kind: BehaviorKind.GOODS_VIEWED, targetId }));
  const { accepted } = await tracking.track({ events }, call);
  return { track: { __typename: 'TrackSuccess', accepted } };
}
