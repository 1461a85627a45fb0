import { Kafka, type LogEntry, logLevel, type Producer, type SASLOptions } from 'kafkajs';
import type { Logger } from '../../telemetry/logger.ts';
import { type KafkaLogin, type KafkaSettings, producerDefaults } from './kafka-settings.ts';
import { createPartitioner } from './partitioner.ts';
import { restIdleQueues } from './rest-idle-queues.ts';

restIdleQueues();

const CONNECT_TIMEOUT_MS = 3_000;
/** Of metadata, coordinators and the like; who needs them tries again later. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 3 };
/** kafkajs' tries within one send; the ids and numbers of its records stay the same then. */
const SEND_RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 };
/** About the bounds that we set on purpose; see createKafkaProducer. */
const NOT_WORTH_A_LINE = /Limiting retries for the idempotent producer/;

export function createKafkaClient(settings: KafkaSettings, logger: Logger): Kafka {
  const { brokers, clientId = 'tiffin', tls = false, login, producer } = settings;
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ssl: tls,
    ...(login && { sasl: saslOf(login) }),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: producer?.requestTimeoutMs ?? producerDefaults.requestTimeoutMs,
    retry: RETRY,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => writeLine(logger, entry),
  });
}

function saslOf({ mechanism = 'scram-sha-512', ...login }: KafkaLogin): SASLOptions {
  return mechanism === 'plain' ? { mechanism, ...login } : { mechanism, ...login };
}

/** An idempotent producer, which is safe only as createKafkaProducer uses it. */
export const openProducer = (kafka: Pick<Kafka, 'producer'>): Producer =>
  kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner,
    retry: SEND_RETRY,
  });

/** What kafkajs calls an error it mostly mends itself; what it cannot mend reaches us as an outcome or a crash. */
function writeLine(logger: Logger, { level, namespace, log }: LogEntry): void {
  if (NOT_WORTH_A_LINE.test(log.message)) return;
  const { broker, error, groupId } = log;
  const fields = { part: namespace, broker, groupId, reason: typeof error === 'string' ? error : undefined };
  logger[level === logLevel.ERROR ? 'warn' : 'info'](fields, `kafka: ${log.message}`);
}
