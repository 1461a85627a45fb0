import { shortReason } from '../short-reason.ts';
import type { IncomingRecord, OutgoingRecord } from './event-record.ts';
import { attemptOf, headerOf } from './event-record.ts';
import type { SubscriptionTopics } from './topic-names.ts';

export interface Failure {
  readonly record: IncomingRecord;
  /** Where the record was read. */
  readonly source: { readonly topic: string; readonly partition: number };
  readonly error: unknown;
  /** It would fail each time: no retry. */
  readonly isPoison: boolean;
  /** Why Kafka does not take its bytes: a dead letter without them says where they lie. */
  readonly refusal?: string;
}

/** Where a record goes that could not be handled: to the retry topic of its next attempt, or to the dead letters. */
export function recordAfterFailure(
  { record, source, error, isPoison, refusal }: Failure,
  topics: SubscriptionTopics,
  retryDelaysMs: readonly number[],
  nowMs: number,
): OutgoingRecord & { readonly isDead: boolean } {
  const attempt = attemptOf(record);
  const retryTopic = topics.retries[attempt - 1];
  const delayMs = retryDelaysMs[attempt - 1];
  const { key, value } = record;
  const identity = { id: headerOf(record, 'id') ?? '', type: headerOf(record, 'type') ?? '' };
  if (!isPoison && refusal === undefined && retryTopic !== undefined && delayMs !== undefined) {
    const headers = { ...identity, attempt: String(attempt + 1), 'not-before': String(nowMs + delayMs) };
    return { topic: retryTopic, key, value, headers, isDead: false };
  }
  const headers = {
    ...identity,
    attempt: String(attempt),
    reason: refusal === undefined ? reasonOf(error) : `${reasonOf(error)} (without its bytes: ${refusal})`,
    'failed-at': new Date(nowMs).toISOString(),
    source: `${source.topic}/${source.partition}/${record.offset}`,
  };
  return { topic: topics.dead, key, value: refusal === undefined ? value : null, headers, isDead: true };
}

/** For who looks at dead letters: no stack. */
export function reasonOf(error: unknown): string {
  return shortReason(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}
