import type { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import type { Topic } from './topic.ts';

/** What became of one event that was sent. */
export type SendOutcome =
  | { readonly kind: 'sent' }
  /** This event cannot be sent: it is too large, or the broker does not take it. Trying again counts as an attempt. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The broker is away or does not answer: nobody's fault, so it counts as no attempt. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** A delivery of one event to one consumer. */
export interface Delivery<Payload> {
  readonly event: Event;
  readonly payload: Payload;
  /** 1 at first. */
  readonly attempt: number;
  /** Aborted when the consumer must let go: it stops, or its partitions are another's now. */
  readonly signal: AbortSignal;
}

/**
 * Handles one event. It may come twice, late and out of order: the effect goes with `Inbox.once` into one transaction.
 * A throw has it delivered again, later.
 */
export type EventHandler<Payload> = (delivery: Delivery<Payload>) => Promise<void>;

export interface Subscription<Payload = unknown> {
  /** The consumer's name, the same in all its processes: `search.index`. They share its events. */
  readonly consumer: string;
  readonly topic: Topic<Payload>;
  readonly handle: EventHandler<Payload>;
}

/** Carries events from services to services. Implemented in process and by Kafka, behind one contract suite. */
export interface EventBus {
  /** Resolves when each event is acknowledged or not, in the order given. Never rejects. */
  send(events: readonly Event[]): Promise<readonly SendOutcome[]>;
  /** Begins to deliver; `topics` that nobody made are made, or refused where they are weaker than the settings ask for. */
  subscribe<Payload>(subscription: Subscription<Payload>): Promise<void>;
  /** Lets handlers under way end, sends what is buffered, and lets go of everything. */
  stop(): Promise<void>;
}
