import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../clock/clock.ts';
import { thingsSchema } from '../../testing/event-bed.ts';
import { realKafkaBrokers, uniquePrefix } from '../../testing/real-kafka.ts';
import { createRealPostgres } from '../../testing/real-postgres.ts';
import { openTestDatabase } from '../../testing/test-database.ts';
import { describeEventBus } from '../event-bus.contract.ts';
import { busForTests, settingsForTests } from './testing/kafka-test-bed.ts';
import { readTopic } from './testing/read-topic.ts';

const WAIT_MS = 20_000;

describeEventBus('Kafka', async () => {
  const postgres = await createRealPostgres();
  const bed = await openTestDatabase(thingsSchema, { url: postgres.url });
  const brokers = realKafkaBrokers();
  const maxHandlers = 3;
  const stopGraceMs = 400;
  let prefix = '';
  return {
    database: bed.database,
    clock: systemClock,
    maxHandlers,
    stopGraceMs,
    async openBuses() {
      prefix = uniquePrefix();
      const consumer = { maxConcurrentHandlers: maxHandlers, stopGraceMs };
      const settings = settingsForTests(brokers, prefix, { consumer });
      return [busForTests(settings), busForTests(settings)];
    },
    begin() {},
    async until(isSo) {
      for (const deadlineMs = Date.now() + WAIT_MS; !(await isSo()); await delay(20))
        assert(Date.now() < deadlineMs, 'it never came about');
    },
    async deadLetters(consumer, topic) {
      const dead = await readTopic(brokers, `${prefix}${topic}.${consumer}.dead`);
      return dead.map(({ headers }) => ({
        eventId: headers['id'] ?? '',
        reason: headers['reason'] ?? '',
        attempts: Number(headers['attempt']),
      }));
    },
    async close() {
      await bed.stop();
      await postgres.drop();
    },
  };
});
