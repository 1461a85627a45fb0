import { parseArgs } from 'node:util';
import { systemClock } from '@tiffin/lib/clock/clock';
import { ConfigError } from '@tiffin/lib/config/config';
import { redriveDeadLetters } from '@tiffin/lib/events/kafka/redrive-dead-letters';
import { createLogger } from '@tiffin/lib/telemetry/logger';
import { loadProcessConfig } from '@tiffin/lib/topology/process-config';

// Gives dead letters of a consumer to it again: npm run redrive -- --consumer search.index --topic shop.changed.v1
const usage =
  'npm run redrive -- --consumer search.index --topic shop.changed.v1 [--limit 100], with KAFKA_BROKERS set.';

function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function readArguments() {
  try {
    const options = {
      consumer: { type: 'string' },
      topic: { type: 'string' },
      limit: { type: 'string', default: '100' },
    } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse(`${(error as Error).message} Usage: ${usage}`);
  }
}

function readSettings() {
  try {
    return loadProcessConfig({}, process.env).kafka ?? refuse(`KAFKA_BROKERS is not set. Usage: ${usage}`);
  } catch (error) {
    if (error instanceof ConfigError) return refuse(error.message);
    throw error;
  }
}

const { consumer, topic, limit } = readArguments();
if (!consumer || !topic) refuse(`Which consumer and which topic? Usage: ${usage}`);
if (!/^[1-9]\d{0,5}$/.test(limit)) refuse(`--limit ${limit} is no whole number from 1 to 999999.`);
const settings = readSettings();
const logger = createLogger({ level: 'warn', format: 'text', clock: systemClock });
try {
  const count = await redriveDeadLetters({
    settings,
    consumer,
    topic,
    limit: Number(limit),
    clock: systemClock,
    logger,
  });
  process.stdout.write(`${count} dead letters of ${consumer} on ${topic} are given to it again.\n`);
} catch (error) {
  const { message } = error as Error;
  if (/does not host this topic/.test(message)) {
    refuse(`Kafka has no dead letters of the consumer ${consumer} on the topic ${topic}: check both names.`);
  }
  refuse(`Kafka at ${settings.brokers.join(' ')} did not take part: ${message}`);
}
