import type { Seen } from '../data/view.ts';

/** Something that a user looked at, by the last time. */
export type HistoryEntry = Seen;
