import { setTimeout as delay } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { uniquePrefix } from '../../../testing/real-kafka.ts';

export interface ReadRecord {
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
  readonly key: string | null;
  readonly partition: number;
}

const TIMEOUT_MS = 20_000;

/** All that lies in a topic now. */
export async function readTopic(brokers: readonly string[], topic: string): Promise<ReadRecord[]> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const consumer = kafka.consumer({ groupId: `${uniquePrefix()}read-topic`, maxWaitTimeInMs: 100 });
  const records: ReadRecord[] = [];
  try {
    await admin.connect();
    const total = await countRecords(admin, topic);
    if (total === 0) return [];
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      async eachMessage({ message, partition }) {
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
        const key = message.key?.toString() ?? null;
        records.push({ headers: Object.fromEntries(headers), value: message.value, key, partition });
      },
    });
    for (const deadlineMs = Date.now() + TIMEOUT_MS; records.length < total; await delay(10))
      if (Date.now() > deadlineMs) throw new Error(`${topic} gave ${records.length} of ${total} records.`);
    return records;
  } finally {
    await Promise.all([consumer.disconnect(), admin.disconnect()]);
  }
}

/** A broker may not know yet that it leads a topic that was just made. */
async function countRecords(admin: Admin, topic: string): Promise<number> {
  for (const deadlineMs = Date.now() + TIMEOUT_MS; ; await delay(50)) {
    try {
      const offsets = await admin.fetchTopicOffsets(topic);
      return offsets.reduce((sum, { high }) => sum + Number(high), 0);
    } catch (error) {
      if (!(error as { retriable?: boolean }).retriable || Date.now() > deadlineMs) throw error;
    }
  }
}
