import { Event } from '@tiffin/proto/gen/tiffin/event/v1/event';
import type { Partitioning } from '../topic.ts';

/** A Kafka record as we write it. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: Buffer | string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** A Kafka record as it comes; the part of kafkajs' that we read. */
export interface IncomingRecord {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>> | undefined;
}

/** Which records do not go by a hash of their key; the partitioner reads it. */
export const partitioningHeader = 'partitioning';

/** The record of an event that goes out for the first time. Events of one aggregate have one key. */
export function recordOf(event: Event, topic: string, partitioning: Partitioning = 'hash'): OutgoingRecord {
  const value = Buffer.from(Event.encode(event).finish());
  const headers = { id: event.id, type: event.type, attempt: '1' };
  if (partitioning === 'hash') return { topic, key: event.aggregateId, value, headers };
  // Without a key, so that a consumer handles those of nobody side by side.
  const key = event.aggregateId || null;
  return { topic, key, value, headers: { ...headers, [partitioningHeader]: partitioning } };
}

/** @throws Error where the bytes are no event, or one of another type. */
export function eventOf({ value }: IncomingRecord, type: string): Event {
  if (!value) throw new Error('The record has no value.');
  const event = Event.decode(value);
  if (event.type !== type) throw new Error(`The record holds "${event.type.slice(0, 100)}", not ${type}.`);
  if (event.id === '') throw new Error('The event has no id.');
  return event;
}

/** 1 where the header is missing or odd. */
export function attemptOf(record: IncomingRecord): number {
  const attempt = Number(headerOf(record, 'attempt'));
  return Number.isInteger(attempt) && attempt > 0 ? attempt : 1;
}

/** When a retry falls due, in milliseconds since the epoch; 0 where the header is missing or odd. */
export const dueMsOf = (record: IncomingRecord): number => Number(headerOf(record, 'not-before')) || 0;

export function headerOf({ headers }: IncomingRecord, name: string): string | undefined {
  const value = headers?.[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined ? undefined : first.toString();
}

export const sizeOf = ({ key, value }: OutgoingRecord): number =>
  Buffer.byteLength(key ?? '') + (value?.byteLength ?? 0);
