import type { Message, ProducerBatch } from 'kafkajs';
import type { Clock } from '../../clock/clock.ts';
import { timedOut, within } from '../../lifecycle/within.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { SendOutcome } from '../event-bus.ts';
import type { OutgoingRecord } from './event-record.ts';
import type { ProducerSettings } from './kafka-settings.ts';
import { outcomeOfError } from './send-outcome.ts';

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
 * producer that failed once is given up: the next one has an id of its own. At worst a record is written twice.
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

  function giveUp(): void {
    if (!current) return;
    const closed = current.disconnect().catch(() => {});
    current = undefined;
    closing.add(closed);
    void closed.then(() => closing.delete(closed));
  }

  async function sendTogether(records: readonly OutgoingRecord[]): Promise<SendOutcome> {
    const sending = connect().then((connection) =>
      connection.sendBatch({
        acks: ALL_IN_SYNC,
        timeout: settings.requestTimeoutMs,
        topicMessages: byTopic(records),
      }),
    );
    try {
      if ((await within(clock, settings.sendTimeoutMs, sending)) !== timedOut) return { kind: 'sent' };
      // What becomes of it is nobody's business any more.
      sending.catch(() => {});
      giveUp();
      return { kind: 'unavailable', reason: `no acknowledgement within ${settings.sendTimeoutMs} ms` };
    } catch (error) {
      giveUp();
      return outcomeOfError(error);
    }
  }

  /** A broker refuses a request for one record in it, and does not say which: halves find it. */
  async function send(records: readonly OutgoingRecord[]): Promise<readonly SendOutcome[]> {
    if (records.length === 0) return [];
    const outcome = await sendTogether(records);
    if (outcome.kind !== 'sent') logger.warn({ ...outcome, records: records.length }, 'events not sent');
    if (outcome.kind !== 'refused' || records.length === 1) return records.map(() => outcome);
    const middle = Math.ceil(records.length / 2);
    const first = await send(records.slice(0, middle));
    return [...first, ...(await send(records.slice(middle)))];
  }

  return {
    send,
    async stop() {
      giveUp();
      await within(clock, STOP_TIMEOUT_MS, Promise.all(closing));
    },
  };
}

function byTopic(records: readonly OutgoingRecord[]): { topic: string; messages: Message[] }[] {
  const topics = new Map<string, Message[]>();
  for (const { topic, key, value, headers } of records) {
    const messages = topics.get(topic) ?? [];
    topics.set(topic, messages);
    messages.push({ key, value, headers: { ...headers } });
  }
  return Array.from(topics, ([topic, messages]) => ({ topic, messages }));
}
