import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureProgram } from './ensure-program.ts';
import { NoKafkaHere } from './kafka-artifacts.ts';
import { type KafkaForTests, startKafkaForTests } from './kafka-for-tests.ts';
import { startPostgresForTests } from './postgres-for-tests.ts';
import { findTestFiles, rootDir, runTestFiles } from './run-tests.ts';

// npm run test:real [-- <part of a path> …]: the tests that a server embedded in this process cannot honour.
const print = (line: string) => void process.stdout.write(`${line}\n`);
let files = withoutBrowserWhereThereIsNone(findTestFiles({ real: true, patterns: process.argv.slice(2) }));

print('Tests on real servers, and what each needs:');
for (const file of files) print(`  ${file}  ${describeNeeds(file)}`);

const stops: (() => void | Promise<void>)[] = [];
try {
  ensureProgram('redis-server', 'redis-server', print);
  const postgres = await startPostgresForTests(print);
  stops.push(() => postgres.stop());
  print(`PostgreSQL: ${postgres.description}; each test creates and drops databases of its own there.`);
  print('Redis: each test starts a redis-server of its own.');
  const kafka = await kafkaWhereThereIsOne();
  if (kafka) stops.push(() => kafka.stop());
  print('');
  process.exitCode = await runTestFiles(files, {
    fileTimeoutMs: 900_000,
    concurrency: 2,
    // A processor is enough for them, and takes minutes.
    isCalculation: (file) => /^gateway\/(fuzz|graph-memory|operation-memory)\./.test(file),
    // A platform of eight processes each; and one whose answers are timed.
    isAlone: (file) => /^tests\/(chaos\/(chaos|sale-chaos|sale-losses)|redis-away)/.test(file),
    env: { TEST_DATABASE_URL: postgres.url, ...kafka?.env },
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  for (const stop of stops.reverse()) await stop();
}

/** Read off the helpers that a test imports; one that goes through a harness may use both. */
function describeNeeds(file: string): string {
  const source = readFileSync(join(rootDir, file), 'utf8');
  const needs = [];
  if (source.includes('testing/real-postgres')) needs.push('PostgreSQL');
  if (source.includes('testing/real-redis')) needs.push('redis-server');
  if (needsKafka(file)) needs.push('Kafka');
  if (source.includes('playwright-core')) needs.push('chromium');
  return needs.join(', ') || 'PostgreSQL, redis-server';
}

/** One broker for all tests. Without Java or Maven those that need it are taken out, with a line that says so. */
async function kafkaWhereThereIsOne(): Promise<KafkaForTests | undefined> {
  const dependent = files.filter(needsKafka);
  if (dependent.length === 0) return undefined;
  try {
    const kafka = await startKafkaForTests(print);
    print(`Kafka: ${kafka.description}; each test has topics of its own there.`);
    return kafka;
  } catch (error) {
    if (!(error instanceof NoKafkaHere)) throw error;
    print(`Skipped, without a Kafka: ${dependent.join(', ')}. ${error.message}`);
    files = files.filter((file) => !needsKafka(file));
    return undefined;
  }
}

function needsKafka(file: string): boolean {
  return readFileSync(join(rootDir, file), 'utf8').includes('testing/real-kafka');
}

/** A browser and a Kafka are what not every machine can have; all else is demanded. */
function withoutBrowserWhereThereIsNone(found: readonly string[]): string[] {
  const needsBrowser = (file: string) => file.includes('playground');
  if (!found.some(needsBrowser)) return [...found];
  try {
    process.env['CHROMIUM_PATH'] = ensureProgram('chromium', 'chromium', print);
    return [...found];
  } catch (error) {
    print(
      `Skipped, without a browser: ${found.filter(needsBrowser).join(', ')}. ${(error as Error).message}`,
    );
    return found.filter((file) => !needsBrowser(file));
  }
}
