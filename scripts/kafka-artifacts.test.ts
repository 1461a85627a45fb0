import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ensureKafkaArtifacts, KAFKA_VERSION, NoKafkaHere, readJavaMajor } from './kafka-artifacts.ts';

/** A PATH of nothing but these programs, and a cache folder. */
function setUp(t: TestContext, programs: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'tiffin-kafka-artifacts-'));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const before = process.env['PATH'];
  process.env['PATH'] = `${folder}:/bin:/nowhere`;
  t.after(() => {
    process.env['PATH'] = before;
    rmSync(folder, { recursive: true });
  });
  return join(folder, 'cache');
}

const java = (version: string) => `echo 'openjdk version "${version}"' >&2`;
const missing = 'exit 127';
const ensure = (cache: string) => () => ensureKafkaArtifacts(cache, () => {});
const says = (sentence: RegExp) => (error: unknown) =>
  error instanceof NoKafkaHere && sentence.test(error.message);

test('says that Java is missing, or too old', (t) => {
  const cache = setUp(t, { java: missing });
  assert.throws(ensure(cache), says(/^Kafka needs Java 17, and java is not on the PATH\. Install it\.$/));
  setUp(t, { java: java('11.0.2') });
  assert.throws(ensure(cache), says(/^Kafka needs Java 17; the java on the PATH is 11\. /));
});

test('says that Maven is missing', (t) => {
  const cache = setUp(t, { java: java('17.0.15'), mvn: missing });
  assert.throws(ensure(cache), says(/Install Maven 3\.$/));
});

test('fetches once, whole or not at all', (t) => {
  const fetch = 'case "$*" in -v) exit 0;; esac; cd "$(dirname "$4")" && mkdir jars && echo > jars/kafka.jar';
  const cache = setUp(t, { java: java('21'), mvn: `${fetch}; exit 1` });
  assert.throws(ensure(cache), /Maven could not fetch Apache Kafka/);
  setUp(t, { java: java('21'), mvn: fetch });
  const classpath = join(cache, `jars-${KAFKA_VERSION}`, '*');
  assert.equal(ensure(cache)(), classpath);
  setUp(t, { java: java('21'), mvn: missing });
  assert.equal(ensure(cache)(), classpath, 'Maven is not asked again');
});

test('reads the major version of any Java', () => {
  const said = [
    'openjdk version "17.0.15" 2025-04-15',
    'java version "1.8.0_292"',
    'openjdk version "25"',
    'what?',
  ];
  assert.deepEqual(said.map(readJavaMajor), [17, 8, 25, 0]);
});
