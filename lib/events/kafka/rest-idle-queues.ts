import { createRequire } from 'node:module';

/** The part of kafkajs' queue of one connection that is mended here. */
interface RequestQueue {
  /** Requests that wait because the broker asks for a pause, or because too many are under way. */
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

/**
 * Mends kafkajs' request queue in this process: after each answer it sets a timer to look for waiting requests, also
 * where none waits, for a moment in 1970. That fires after a millisecond and sets the next one, so each connection
 * wakes the process some 700 times a second for as long as it lives, and Node 24 prints a TimeoutNegativeWarning
 * (tulios/kafkajs#1751, #1704; open, no setting avoids it). With this there is a timer only while a request waits;
 * one that begins to wait sets it by itself.
 */
export function restIdleQueues(): void {
  const kafkajs = createRequire(import.meta.url);
  const { prototype } = kafkajs('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
