import type { ProducerBatch } from 'kafkajs';
import type { Clock } from '../../clock/clock.ts';
import { timedOut, within } from '../../lifecycle/within.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { SendOutcome } from '../event-bus.ts';
import type { OutgoingRecord } from './event-record.ts';
import type { ProducerSettings } from './kafka-settings.ts';
import { isAboutTopic, outcomeOfError } from './send-outcome.ts';

/** The part of kafkajs' idempotent producer that we use. */
export interface ProducerConnection {
  connect(): Promise<void>;
  sendBatch(batch: ProducerBatch): Promise<unknown>;
  disconnect(): Promise<void>;
}

export interface KafkaProducerOptions {
  readonly open: () => ProducerConnection;
  readonly settings: ProducerSettings;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Sends records, acknowledged by all replicas in sync. One call at a time: its caller sees to that. */
export interface KafkaProducer {
  /** Outcomes in the order of the records. Never rejects. */
  send(records: readonly OutgoingRecord[]): Promise<readonly SendOutcome[]>;
  stop(): Promise<void>;
}

const ALL_IN_SYNC = -1;
const STOP_TIMEOUT_MS = 5_000;

/**
 * kafkajs numbers the records of an idempotent producer and, when a request fails, takes the numbers back, also those
 * that a broker had already written. Whatever is sent next under them, by a concurrent send or after this one, the
 * broker takes for the same again: it acknowledges and drops it (tulios/kafkajs#1005 is the concurrent form; #1050
 * mended only its first half). So one request is under way at a time, kafkajs' own retries stay within one send, and a
 * producer that failed once is given up: the next one has an id of its own. At worst a record is written
 * three times: with its batch, with its topic, and alone.
 */
export function createKafkaProducer(options: KafkaProducerOptions): KafkaProducer {
  const { open, settings, clock, logger } = options;
  const closing = new Set<Promise<void>>();
  let current: ProducerConnection | undefined;

  async function connect(): Promise<ProducerConnection> {
    if (current) return current;
    const opened = open();
    current = opened;
    await opened.connect();
    return opened;
  }

  /** `sending` is what it is still at: kafkajs' tries go on for a while, and connect again. */
  function giveUp(sending?: Promise<unknown>): void {
    const given = current;
    if (!given) return;
    current = undefined;
    const disconnect = () => given.disconnect().catch(() => {});
    const closed = sending ? Promise.allSettled([disconnect(), sending]).then(disconnect) : disconnect();
    closing.add(closed);
    void closed.then(() => closing.delete(closed));
  }

  async function sendTogether(records: readonly OutgoingRecord[]): Promise<SendOutcome> {
    const sending = connect().then((connection) => {
      // It connected too late: what it would send now has been called unavailable.
      if (connection !== current) return undefined;
      return connection.sendBatch({
        acks: ALL_IN_SYNC,
        timeout: settings.requestTimeoutMs,
        topicMessages: Array.from(byTopic(records), ([topic, some]) => ({
          topic,
          messages: some.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
        })),
      });
    });
    try {
      if ((await within(clock, settings.sendTimeoutMs, sending)) !== timedOut) return { kind: 'sent' };
      giveUp(sending);
      return { kind: 'unavailable', reason: `no acknowledgement within ${settings.sendTimeoutMs} ms` };
    } catch (error) {
      giveUp();
      return outcomeOfError(error);
    }
  }

  /**
   * Together at first. A topic that fails must not fail the others of its batch, so each has its own outcome then; and
   * a broker refuses all for one record, and does not say which, so each record has.
   */
  async function send(records: readonly OutgoingRecord[]): Promise<readonly SendOutcome[]> {
    if (records.length === 0) return [];
    const outcome = await sendTogether(records);
    if (outcome.kind !== 'sent') logger.warn({ ...outcome, records: records.length }, 'events not sent');
    const parts = partsOf(records, outcome);
    if (parts.length < 2) return records.map(() => outcome);
    const outcomes = new Map<OutgoingRecord, SendOutcome>();
    for (const part of parts) {
      for (const [index, own] of (await send(part)).entries())
        outcomes.set(part[index] as OutgoingRecord, own);
    }
    return records.map((record) => outcomes.get(record) ?? outcome);
  }

  return {
    send,
    async stop() {
      giveUp();
      await within(clock, STOP_TIMEOUT_MS, Promise.all(closing));
    },
  };
}

/** What to send by itself after a failure; one part says that there is nothing to gain. */
function partsOf(
  records: readonly OutgoingRecord[],
  outcome: SendOutcome,
): readonly (readonly OutgoingRecord[])[] {
  if (outcome.kind === 'sent' || !isAboutTopic(outcome)) return [records];
  const topics = [...byTopic(records).values()];
  return topics.length === 1 && outcome.kind === 'refused' ? records.map((record) => [record]) : topics;
}

function byTopic(records: readonly OutgoingRecord[]): Map<string, OutgoingRecord[]> {
  const topics = new Map<string, OutgoingRecord[]>();
  for (const record of records) {
    const some = topics.get(record.topic) ?? [];
    topics.set(record.topic, some);
    some.push(record);
  }
  return topics;
}
