import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startKafkaNode } from '@tiffin/lib/testing/kafka-node';
import { ensureKafkaArtifacts } from './kafka-artifacts.ts';
import { rootDir } from './run-tests.ts';

// npm run kafka [-- --port 9092 --data .data/kafka/node]: one Kafka node for development, until Ctrl+C.
const DEFAULT_PORT = 9092;
const cacheDir = join(rootDir, '.data', 'kafka');
const print = (line: string) => void process.stdout.write(`${line}\n`);

try {
  const { port, dataDir } = readOptions(process.argv.slice(2));
  await serve(port, dataDir);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

async function serve(port: number, dataDir: string): Promise<void> {
  const classpath = ensureKafkaArtifacts(cacheDir, print);
  let stopping = false;
  const node = await startKafkaNode({ classpath, port, controllerPort: port + 1, dataDir });
  const stop = () => {
    stopping = true;
    void node.stop();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  print(`Kafka listens at ${node.brokers[0]}; its data lies in ${dataDir}. Ctrl+C stops it.`);
  await node.ended;
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
  if (!stopping) throw new Error('Kafka ended by itself.');
  print('Kafka has stopped.');
}

function readOptions(args: string[]): { port: number; dataDir: string } {
  const { values } = parseArgs({ args, options: { port: { type: 'string' }, data: { type: 'string' } } });
  const port = Number(values.port ?? DEFAULT_PORT);
  // The port after it is the controller's.
  if (!Number.isInteger(port) || port < 1 || port > 65_534)
    throw new Error(`--port ${values.port} is no port: give a number from 1 to 65534.`);
  return { port, dataDir: resolve(values.data ?? join(cacheDir, 'node')) };
}
