import type { AuditedService } from './audited.ts';

/** What the services know of one thing. It names nobody: neither users nor addresses, and no text that somebody wrote. */
export interface Timeline {
  /** How it is, a line each. */
  readonly now: readonly string[];
  /** What happened to it, in no order. */
  readonly entries: readonly TimelineEntry[];
}

export interface TimelineEntry {
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly service: AuditedService;
  readonly what: string;
}

/** A row's time, for `entryOf`. */
export const atMs = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8 as at_ms`;

/** Of rows with the columns `at_ms` and `what`. */
export interface WhatRow {
  readonly at_ms: number;
  readonly what: string;
}

export const entryOf =
  (service: AuditedService) =>
  ({ at_ms, what }: WhatRow): TimelineEntry => ({ atMs: Number(at_ms), service, what });
