import {
  createOutboxRelay as create,
  type OutboxRelay,
  type OutboxRelayOptions,
} from '@tiffin/lib/events/outbox-relay';
import { losing } from './losing.ts';

const loses = losing('sends');

/** Of some sends the broker has all events, and the relay does not hear of it. */
export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  return create({
    ...options,
    bus: {
      async send(events) {
        const outcomes = await options.bus.send(events);
        return loses() ? events.map(() => ({ kind: 'unavailable', reason: 'answer lost' })) : outcomes;
      },
    },
  });
}
