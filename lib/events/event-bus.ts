import type { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import type { Partitioning, Topic } from './topic.ts';

/**
 * How long handlers under way may go on when their bus stops. A process has 5.5 s to stop, and may have spent 4 of them
 * on saying that it is not ready and on its relays.
 */
export const STOP_GRACE_MS = 1_000;

/** What became of one event that was sent. */
export type SendOutcome =
  | { readonly kind: 'sent' }
  /** This event was not taken: a handler failed, or the broker does not want it. Trying again counts as an attempt. */
  | {
      readonly kind: 'refused';
      readonly reason: string;
      /** No further attempt can help: the event is a dead letter at once. Default false. */
      readonly isFinal?: boolean;
    }
  /** The broker is away or does not answer: nobody's fault, so it counts as no attempt. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** A delivery of one event to one consumer. */
export interface Delivery<Payload> {
  readonly event: Event;
  readonly payload: Payload;
  /** 1 at first. */
  readonly attempt: number;
  /** Aborts when the handler must let go: it takes too long, the bus has stopped, or its partition is another's now. */
  readonly signal: AbortSignal;
}

/**
 * Handles one event. It may come twice, late and out of order: the effect goes with `Inbox.once` into one transaction.
 * A throw has it delivered again, later; after the last attempt it is a dead letter. A payload that is no message of
 * the topic is one at once, and no handler sees it.
 */
export type EventHandler<Payload> = (delivery: Delivery<Payload>) => Promise<void>;

export interface Subscription<Payload = unknown> {
  /** The consumer's name, the same in all its processes: `search.index`. They share its events. */
  readonly consumer: string;
  readonly topic: Topic<Payload>;
  readonly handle: EventHandler<Payload>;
  /** Handlers under way at once in this process. Default: as the bus is set; more for those that gather what they do. */
  readonly maxConcurrentHandlers?: number;
}

/** Carries events from services to services. Implemented in process and by Kafka, behind one contract suite. */
export interface EventBus {
  /**
   * Resolves when each event is acknowledged or not, in the order given. Never rejects. `partitioning` is that of their
   * topics; default `hash`.
   */
  send(events: readonly Event[], partitioning?: Partitioning): Promise<readonly SendOutcome[]>;
  /** Begins to deliver; topics that nobody made are made, or refused where they are weaker than the settings ask for. */
  subscribe<Payload>(subscription: Subscription<Payload>): Promise<void>;
  /**
   * Begins nothing more. Handlers under way have `STOP_GRACE_MS` to end, then their signals abort; what they did not end
   * comes again, and counts as no attempt. Sends what is buffered, and lets go of everything.
   */
  stop(): Promise<void>;
}
