import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAboutTopic, isTopicGone, outcomeOfError } from './send-outcome.ts';

const failed = (fields: object) => Object.assign(new Error('failed'), fields);
const gaveUp = (cause: unknown) => failed({ name: 'KafkaJSNumberOfRetriesExceeded', cause });

for (const type of [
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TOPIC_EXCEPTION',
  'POLICY_VIOLATION',
]) {
  test(`${type} is the event's own fault`, () => {
    const error = failed({ name: 'KafkaJSProtocolError', type });
    assert.deepEqual(outcomeOfError(error), { kind: 'refused', reason: type });
    assert.deepEqual(outcomeOfError(gaveUp(error)), { kind: 'refused', reason: type });
  });
}

const nobodysFault = [
  { name: 'KafkaJSConnectionError' },
  { name: 'KafkaJSConnectionClosedError' },
  { name: 'KafkaJSRequestTimeoutError' },
  { name: 'KafkaJSProtocolError', type: 'NOT_LEADER_FOR_PARTITION' },
  { name: 'KafkaJSProtocolError', type: 'NOT_ENOUGH_REPLICAS' },
  { name: 'KafkaJSProtocolError', type: 'OUT_OF_ORDER_SEQUENCE_NUMBER' },
  { name: 'KafkaJSProtocolError', type: 'UNKNOWN_TOPIC_OR_PARTITION' },
  { name: 'KafkaJSProtocolError', type: 'TOPIC_AUTHORIZATION_FAILED' },
  { name: 'NobodyKnows' },
];
for (const fields of nobodysFault) {
  const reason = fields.type ?? fields.name;
  test(`${reason} counts as no attempt`, () => {
    assert.deepEqual(outcomeOfError(failed(fields)), { kind: 'unavailable', reason });
    assert.deepEqual(outcomeOfError(gaveUp(failed(fields))), { kind: 'unavailable', reason });
  });
}

test('what the cluster says of a topic is told from a connection that fails', () => {
  const about = (reason: string) => isAboutTopic({ kind: 'unavailable', reason });
  assert.deepEqual(['NOT_LEADER_FOR_PARTITION', 'KafkaJSTopicMetadataNotLoaded'].map(about), [true, true]);
  assert.deepEqual(['KafkaJSConnectionError', 'no acknowledgement within 20 ms'].map(about), [false, false]);
  const gone = (reason: string) => isTopicGone({ kind: 'unavailable', reason });
  assert.deepEqual(['UNKNOWN_TOPIC_OR_PARTITION', 'NOT_LEADER_FOR_PARTITION'].map(gone), [true, false]);
});

test('causes that go in a circle come to an end', () => {
  const error = failed({ name: 'Round' });
  Object.assign(error, { cause: error });
  assert.equal(outcomeOfError(error).kind, 'unavailable');
});
