import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { type KafkaNode, startKafkaNode } from './kafka-node.ts';

/** The brokers of TEST_KAFKA_BROKERS, which `npm run test:real` sets. Tests of one broker share it: see `uniquePrefix`. */
export function realKafkaBrokers(): readonly string[] {
  const brokers = process.env['TEST_KAFKA_BROKERS'];
  if (!brokers)
    throw new Error(
      'Tests need a Kafka. Run them with npm run test:real, or set TEST_KAFKA_BROKERS to host:port.',
    );
  return brokers.split(',').map((broker) => broker.trim());
}

/** Letters only, so that it may stand before a topic's name: `tabcdefgh.`. */
export const uniquePrefix = (): string =>
  `t${randomBytes(8)
    .toString('hex')
    .replace(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? 'g')}.`;

/** A broker of one's own, which may be killed; gone with the test. */
export interface RealKafka {
  readonly brokers: readonly string[];
  /** Ends it at once, as a crash would. What it had acknowledged is there after `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Needs the jars of TEST_KAFKA_CLASSPATH, which `npm run test:real` sets. */
export async function startRealKafka(): Promise<RealKafka> {
  const classpath = process.env['TEST_KAFKA_CLASSPATH'];
  if (!classpath) throw new Error('Tests that kill a Kafka need TEST_KAFKA_CLASSPATH: npm run test:real.');
  const options = {
    classpath,
    port: await freePort(),
    controllerPort: await freePort(),
    dataDir: mkdtempSync(join(tmpdir(), 'tiffin-kafka-')),
  };
  let node: KafkaNode = await startKafkaNode(options);
  return {
    brokers: node.brokers,
    kill: () => node.kill(),
    async restart() {
      await node.kill();
      node = await startKafkaNode(options);
    },
    async stop() {
      await node.kill();
      rmSync(options.dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
