import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Partitioners, type PartitionMetadata } from 'kafkajs';
import { partitioningHeader } from './event-record.ts';
import { createPartitioner } from './partitioner.ts';

/** Partitions from 0 on; `leaders` says which broker leads each, -1 for none. */
const partitions = (...leaders: number[]) =>
  leaders.map(
    (leader, partitionId): PartitionMetadata => ({
      partitionId,
      leader,
      partitionErrorCode: 0,
      replicas: [1],
      isr: [1],
    }),
  );

function setUp(partitionMetadata = partitions(1, 1, 1, 1, 1, 1)) {
  const partition = createPartitioner();
  return (key: string | null, modulo = true) => {
    const headers = modulo ? { [partitioningHeader]: 'modulo' } : {};
    return partition({ topic: 't', partitionMetadata, message: { key, value: null, headers } });
  };
}

test("a user's id mod the number of partitions is the partition, ids beyond 2^53 too", () => {
  const partitionOf = setUp();
  for (const id of ['0', '1', '6', '7', '22431137795', '9223372036854775807', '1152921504606846977'])
    assert.equal(partitionOf(id), Number(BigInt(id) % 6n), id);
});

test('without a leader it is the same partition still: its user is nowhere else', () => {
  const partitionOf = setUp(partitions(1, -1, 1));
  assert.equal(partitionOf('4'), 1);
});

test('what has no such id goes round, over partitions that can take it', () => {
  const partitionOf = setUp(partitions(1, -1, 1));
  const keys = [null, '', 'order-7', '-3', '1.5', '٣'];
  assert.deepEqual(
    keys.map((key) => partitionOf(key)),
    [0, 2, 0, 2, 0, 2],
  );
  assert.deepEqual(
    [1, 2, 3].map(() => setUp(partitions(-1, -1))(null)),
    [0, 0, 0],
  );
});

test('every other record goes where it always went', () => {
  const partitionOf = setUp();
  const theirs = Partitioners.DefaultPartitioner();
  for (let n = 0; n < 100; n++) {
    const message = { key: `${n}`, value: null };
    const expected = theirs({ topic: 't', partitionMetadata: partitions(1, 1, 1, 1, 1, 1), message });
    assert.equal(partitionOf(`${n}`, false), expected);
  }
});
