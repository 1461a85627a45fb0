import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { restIdleQueues } from '../events/kafka/rest-idle-queues.ts';

restIdleQueues();

export interface KafkaNodeOptions {
  /** The jars of Apache Kafka, as `java -cp` takes them. */
  readonly classpath: string;
  readonly port: number;
  /** Where its controller listens, for itself only. */
  readonly controllerPort: number;
  /** Formatted when it is new; what was acknowledged is still there after a restart. */
  readonly dataDir: string;
}

/** One KRaft node, broker and controller in one Java process, on 127.0.0.1. */
export interface KafkaNode {
  readonly brokers: readonly string[];
  /** Resolves when the process has ended by itself. */
  readonly ended: Promise<void>;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const MAX_OUTPUT_CHARS = 4_000;
// Bounded, and quiet: warnings go to the output, which is shown where the start fails.
const JAVA_OPTIONS = [
  '-Xms128m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.awt.headless=true',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
];

/** Formats the folder where needed, starts the node and resolves when it answers. Throws a sentence otherwise. */
export async function startKafkaNode(options: KafkaNodeOptions): Promise<KafkaNode> {
  const settings = writeSettings(options);
  if (!existsSync(join(options.dataDir, 'log', 'meta.properties'))) format(options, settings);
  const args = [...JAVA_OPTIONS, '-cp', options.classpath, 'kafka.Kafka', settings];
  const java = spawn('java', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  // Who dies must not leave its broker behind.
  const killWithUs = () => java.kill('SIGKILL');
  process.once('exit', killWithUs);
  let output = '';
  for (const stream of [java.stdout, java.stderr])
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk).slice(-MAX_OUTPUT_CHARS);
    });
  const ended = new Promise<void>((resolve) => java.once('close', () => resolve()));
  void ended.then(() => process.off('exit', killWithUs));
  const brokers = [`127.0.0.1:${options.port}`];
  if (!(await answers(brokers, java))) {
    java.kill('SIGKILL');
    await ended;
    throw new Error(`Kafka did not start at ${brokers[0]}. It said: ${output.trim() || 'nothing.'}`);
  }
  return { brokers, ended, stop: () => end(java, ended), kill: () => end(java, ended, 'SIGKILL') };
}

async function end(java: ChildProcess, ended: Promise<void>, signal: NodeJS.Signals = 'SIGTERM') {
  java.kill(signal);
  const timer = setTimeout(() => java.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

function writeSettings({ dataDir, port, controllerPort }: KafkaNodeOptions): string {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    listeners: `BROKER://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `BROKER://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'BROKER',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    'log.dirs': join(dataDir, 'log'),
    // One node holds every copy that there is.
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    // After a crash it is let in again when its former life counts as over.
    'broker.session.timeout.ms': '4000',
    'broker.heartbeat.interval.ms': '500',
    // Topics are made by who knows how safe they must be.
    'auto.create.topics.enable': 'false',
  };
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'server.properties');
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value.replaceAll('\\', '/')}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

function format({ classpath, dataDir }: KafkaNodeOptions, settings: string): void {
  const clusterId = randomBytes(16).toString('base64url');
  // One word: an id may begin with a dash, and would be taken for another option.
  const tool = ['kafka.tools.StorageTool', 'format', '--standalone', `--cluster-id=${clusterId}`];
  try {
    const args = [...JAVA_OPTIONS, '-cp', classpath, ...tool, '--config', settings];
    execFileSync('java', args, { stdio: 'pipe', timeout: START_TIMEOUT_MS });
  } catch (error) {
    // Half a format would pass for a whole one the next time.
    rmSync(join(dataDir, 'log'), { recursive: true, force: true });
    const said = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    throw new Error(`Kafka could not format ${dataDir}. It said: ${said.slice(-MAX_OUTPUT_CHARS)}`);
  }
}

async function answers(brokers: readonly string[], java: ChildProcess): Promise<boolean> {
  const kafka = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { retries: 0 },
  });
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadlineMs && java.exitCode === null && java.signalCode === null) {
    const admin = kafka.admin();
    try {
      await admin.connect();
      const { brokers: present } = await admin.describeCluster();
      if (present.length > 0) return true;
    } catch {
      // Not yet.
    } finally {
      await admin.disconnect().catch(() => {});
    }
    await delay(100);
  }
  return false;
}
