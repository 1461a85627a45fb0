import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@tiffin/lib/testing/free-port';
import { startKafkaNode } from '@tiffin/lib/testing/kafka-node';
import { ensureKafkaArtifacts } from './kafka-artifacts.ts';
import { rootDir } from './run-tests.ts';

export interface KafkaForTests {
  /** What the tests find it by. */
  readonly env: { TEST_KAFKA_BROKERS: string; TEST_KAFKA_CLASSPATH: string };
  /** Says in a few words which broker it is. */
  readonly description: string;
  stop(): Promise<void>;
}

/**
 * A broker for the tests: that of TEST_KAFKA_BROKERS when set, else one of our own, which `stop` ends and removes.
 * The jars are fetched in any case, for the tests that kill brokers of their own.
 * @throws NoKafkaHere
 */
export async function startKafkaForTests(print: (line: string) => void): Promise<KafkaForTests> {
  const classpath = ensureKafkaArtifacts(join(rootDir, '.data', 'kafka'), print);
  const given = process.env['TEST_KAFKA_BROKERS'];
  if (given) {
    const env = { TEST_KAFKA_BROKERS: given, TEST_KAFKA_CLASSPATH: classpath };
    return { env, description: `the brokers of TEST_KAFKA_BROKERS (${given})`, async stop() {} };
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'tiffin-kafka-'));
  const removeData = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', removeData);
  const [port, controllerPort] = [await freePort(), await freePort()];
  const node = await startKafkaNode({ classpath, port, controllerPort, dataDir });
  return {
    env: { TEST_KAFKA_BROKERS: node.brokers.join(','), TEST_KAFKA_CLASSPATH: classpath },
    description: `one of our own at ${node.brokers[0]}, for this run only`,
    async stop() {
      await node.kill();
      removeData();
      process.off('exit', removeData);
    },
  };
}
