import type { SendOutcome } from '../event-bus.ts';

/** What the broker holds against the event itself. Anything else is the broker's, the network's or the cluster's. */
const REFUSALS: ReadonlySet<string> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
  'INVALID_TOPIC_EXCEPTION',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'POLICY_VIOLATION',
]);

type Failure = Exclude<SendOutcome, { kind: 'sent' }>;

/** Whether the cluster has answered, for some topic of the request: others may fare better. Its codes are in capitals. */
export const isAboutTopic = ({ reason }: Failure): boolean =>
  /^[A-Z_]+$/.test(reason) || reason.endsWith('MetadataNotLoaded');

/** Whether the topic is not there, or no longer. */
export const isTopicGone = (outcome: SendOutcome): boolean =>
  outcome.kind === 'unavailable' &&
  (outcome.reason === 'UNKNOWN_TOPIC_OR_PARTITION' || outcome.reason.endsWith('MetadataNotLoaded'));

/** What a failed send means for the events that were in it. */
export function outcomeOfError(error: unknown): Failure {
  const types = causesOf(error).map(({ type, name }) => type ?? name ?? 'unknown');
  const refusal = types.find((type) => REFUSALS.has(type));
  if (refusal) return { kind: 'refused', reason: refusal };
  return { kind: 'unavailable', reason: types.at(-1) ?? 'unknown' };
}

interface KafkaError {
  readonly type?: string;
  readonly name?: string;
  readonly cause?: unknown;
}

/** kafkajs wraps what it gave up on, a few times at most. */
function causesOf(error: unknown): KafkaError[] {
  const causes: KafkaError[] = [];
  for (let next = error; next && typeof next === 'object' && causes.length < 5; ) {
    causes.push(next as KafkaError);
    next = (next as KafkaError).cause;
  }
  return causes;
}
