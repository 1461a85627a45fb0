const DAY_MS = 86_400_000;

/** How long after it occurred an event may be redriven. Older dead letters are for people to look at and to discard. */
export const REDRIVE_WITHIN_MS = 30 * DAY_MS;

/** How long a topic keeps events for consumers that are away. */
export const TOPIC_RETENTION_MS = 30 * DAY_MS;
/** No topic may keep them for longer; brokers delete whole segments, and so up to a week late. */
export const MAX_TOPIC_RETENTION_MS = 45 * DAY_MS;

/**
 * How long a consumer remembers an event: as long as it can still come. It may be redriven on its last day, and then be
 * read on the last day of a retry topic. A consumer that forgot sooner would apply it twice.
 */
export const INBOX_RETENTION_MS = REDRIVE_WITHIN_MS + MAX_TOPIC_RETENTION_MS;
