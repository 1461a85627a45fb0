import { defineTopic } from '@tiffin/lib/events/topic';
import { Behavior } from '../gen/tiffin/tracking/v1/behavior_events.ts';

/** By user: who wants to know what one user did reads one partition, the user's id mod their number. */
export const behavior = defineTopic({
  name: 'behavior.v1',
  class: 'lossy',
  codec: Behavior,
  partitioning: 'modulo',
});
