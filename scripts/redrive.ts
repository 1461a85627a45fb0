import { systemClock } from '@tiffin/lib/clock/clock';
import { ConfigError } from '@tiffin/lib/config/config';
import { PostgresUnavailable } from '@tiffin/lib/engines/postgres-connection';
import { NoDeadLetters, redriveDeadLetters } from '@tiffin/lib/events/kafka/redrive-dead-letters';
import { createLogger } from '@tiffin/lib/telemetry/logger';
import { loadProcessConfig } from '@tiffin/lib/topology/process-config';
import { hasDatabase } from '@tiffin/lib/topology/topology';
import { topology } from '../tiffin.ts';
import {
  BadArguments,
  type KafkaRedrive,
  type OutboxRedrive,
  readRedriveArguments,
} from './redrive-arguments.ts';
import { RedriveRefused, redriveOutbox } from './redrive-outbox.ts';

// npm run redrive: has events that were given up delivered again, from Kafka or from a service's outbox.
const refusals = [BadArguments, ConfigError, PostgresUnavailable, RedriveRefused];

try {
  const redrive = readRedriveArguments(process.argv.slice(2));
  const told = await (redrive.from === 'kafka' ? fromKafka(redrive) : fromOutbox(redrive));
  process.stdout.write(`${told}\n`);
} catch (error) {
  if (!refusals.some((refusal) => error instanceof refusal)) throw error;
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

async function fromKafka({ consumer, topic, limit }: KafkaRedrive): Promise<string> {
  const settings = loadProcessConfig({}, process.env).kafka;
  if (!settings) throw new BadArguments('KAFKA_BROKERS is not set.');
  const logger = createLogger({ level: 'warn', format: 'text', clock: systemClock });
  try {
    const options = { settings, consumer, topic, limit, clock: systemClock, logger };
    const { moved, expired } = await redriveDeadLetters(options);
    const given = `${moved} dead letters of ${consumer} on ${topic} are given to it again.`;
    return expired === 0 ? given : `${given} ${expired} are deleted: their events are more than 30 days old.`;
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof NoDeadLetters) {
      throw new RedriveRefused(
        `Kafka has no dead letters of the consumer ${consumer} on the topic ${topic}: check both names.`,
      );
    }
    throw new RedriveRefused(`Kafka at ${settings.brokers.join(' ')} did not take part: ${message}`);
  }
}

function fromOutbox(redrive: OutboxRedrive): Promise<string> {
  const services = Object.keys(topology).filter((name) => hasDatabase(topology, name));
  const { databaseUrlOf } = loadProcessConfig(topology, process.env, []);
  return redriveOutbox(redrive, { services, databaseUrlOf, clock: systemClock });
}
