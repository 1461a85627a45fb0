import { type ICustomPartitioner, type PartitionerArgs, Partitioners } from 'kafkajs';
import { partitioningHeader } from './event-record.ts';

const DECIMAL = /^\d{1,19}$/;

/**
 * kafkajs' own partitioner, Java's murmur2 of the key, but for records that ask for another one: their key, a decimal
 * number, mod the number of partitions. Those without such a key go round, over partitions that have a leader.
 */
export const createPartitioner: ICustomPartitioner = () => {
  const byHash = Partitioners.DefaultPartitioner();
  let turn = 0;

  function inTurn({ partitionMetadata }: PartitionerArgs): number {
    const led = partitionMetadata.filter(({ leader }) => leader >= 0);
    const open = led.length > 0 ? led : partitionMetadata;
    return open[turn++ % open.length]?.partitionId ?? 0;
  }

  return (record) => {
    const { message, partitionMetadata } = record;
    if (message.headers?.[partitioningHeader]?.toString() !== 'modulo') return byHash(record);
    const key = message.key?.toString() ?? '';
    if (!DECIMAL.test(key)) return inTurn(record);
    return Number(BigInt(key) % BigInt(partitionMetadata.length));
  };
};
