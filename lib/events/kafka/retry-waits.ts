import type { Clock } from '../../clock/clock.ts';
import { dueMsOf, type IncomingRecord } from './event-record.ts';

/** What a consumer may take of a batch now. */
export interface DueRecords<Record> {
  readonly due: readonly Record[];
  /** How long the partition is to rest after them; undefined when nothing of the batch waits. */
  readonly waitMs: number | undefined;
}

export interface Batch<Record> {
  readonly topic: string;
  readonly partition: number;
  /** In order of their offsets. */
  readonly messages: readonly Record[];
}

/**
 * Tells which records of a retry topic are due: when their time has come, and at the latest a whole delay after this
 * process saw them first. So a writer whose clock is ahead holds nothing up. `delayMsOf` a topic that delays nothing is 0.
 */
export function createRetryWaits(clock: Clock, delayMsOf: (topic: string) => number) {
  /** Of each partition: up to where its records have been seen, and when. */
  const seen = new Map<string, { readonly lastOffset: bigint; readonly atMs: number }>();

  return <Record extends IncomingRecord>({
    topic,
    partition,
    messages,
  }: Batch<Record>): DueRecords<Record> => {
    const nowMs = clock.now();
    const name = `${topic}/${partition}`;
    const known = seen.get(name);
    const isSeen = ({ offset }: Record) => known !== undefined && BigInt(offset) <= known.lastOffset;
    const waitMsOf = (record: Record) => {
      const latestMs = (isSeen(record) && known ? known.atMs : nowMs) + delayMsOf(topic);
      return Math.min(dueMsOf(record), latestMs) - nowMs;
    };
    const index = messages.findIndex((record) => waitMsOf(record) > 0);
    const [next, last] = [messages[index], messages.at(-1)];
    if (!next || !last) return { due: messages, waitMs: undefined };
    if (!isSeen(next)) seen.set(name, { lastOffset: BigInt(last.offset), atMs: nowMs });
    return { due: messages.slice(0, index), waitMs: waitMsOf(next) };
  };
}
