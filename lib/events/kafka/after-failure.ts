import type { IncomingRecord, OutgoingRecord } from './event-record.ts';
import { attemptOf, headerOf } from './event-record.ts';
import type { SubscriptionTopics } from './topic-names.ts';

const MAX_REASON_CHARS = 500;

export interface Failure {
  readonly record: IncomingRecord;
  /** Where the record was read. */
  readonly source: { readonly topic: string; readonly partition: number };
  readonly error: unknown;
  /** It would fail each time: no retry. */
  readonly isPoison: boolean;
}

/** Where a record goes that could not be handled: to the retry topic of its next attempt, or to the dead letters. */
export function recordAfterFailure(
  { record, source, error, isPoison }: Failure,
  topics: SubscriptionTopics,
  retryDelaysMs: readonly number[],
  nowMs: number,
): OutgoingRecord & { readonly isDead: boolean } {
  const attempt = attemptOf(record);
  const retryTopic = topics.retries[attempt - 1];
  const delayMs = retryDelaysMs[attempt - 1];
  const { key, value } = record;
  const identity = { id: headerOf(record, 'id') ?? '', type: headerOf(record, 'type') ?? '' };
  if (!isPoison && retryTopic !== undefined && delayMs !== undefined) {
    const headers = { ...identity, attempt: String(attempt + 1), 'not-before': String(nowMs + delayMs) };
    return { topic: retryTopic, key, value, headers, isDead: false };
  }
  const headers = {
    ...identity,
    attempt: String(attempt),
    reason: reasonOf(error),
    'failed-at': new Date(nowMs).toISOString(),
    source: `${source.topic}/${source.partition}/${record.offset}`,
  };
  return { topic: topics.dead, key, value, headers, isDead: true };
}

/** For who looks at dead letters: no stack, and not without end. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, MAX_REASON_CHARS);
}
