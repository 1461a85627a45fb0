const DAY_MS = 86_400_000;

/** How long a dead letter may be sent again. Older ones are for people to look at and to discard. */
export const REDRIVE_WITHIN_MS = 30 * DAY_MS;

/**
 * How long a consumer remembers an event. Longer than any event can still come: dead letters are redriven within 30
 * days, and a topic keeps its events for less. A consumer that forgot sooner would apply a redriven event twice.
 */
export const INBOX_RETENTION_MS = 45 * DAY_MS;

/** Between two rounds of forgetting. */
export const INBOX_CLEAN_UP_INTERVAL_MS = 3_600_000;
