import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** kafkajs 2.2.4 speaks to it: it negotiates each request's version, and Kafka 4 still takes those that it picks. */
export const KAFKA_VERSION = '4.3.0';
const MIN_JAVA_MAJOR = 17;
const FETCH_TIMEOUT_MS = 600_000;
const ASK_TIMEOUT_MS = 30_000;

/** Java or Maven is missing, or too old: the sentence says which. */
export class NoKafkaHere extends Error {}

/**
 * The classpath of Apache Kafka. The first time Maven resolves the artifacts, with whatever repository its settings
 * name, into `cacheDir`; there is no distribution to unpack there, only jars.
 * @throws NoKafkaHere
 */
export function ensureKafkaArtifacts(cacheDir: string, print: (line: string) => void): string {
  requireJava();
  const jars = join(cacheDir, `jars-${KAFKA_VERSION}`);
  if (!existsSync(jars)) {
    requireMaven();
    print(`Fetching Apache Kafka ${KAFKA_VERSION} with Maven (45 MB) …`);
    fetchJars(jars);
  }
  return join(jars, '*');
}

function requireJava(): void {
  const said = ask('java', ['-version']);
  if (said === undefined)
    throw new NoKafkaHere(`Kafka needs Java ${MIN_JAVA_MAJOR}, and java is not on the PATH. Install it.`);
  const major = readJavaMajor(said);
  if (major < MIN_JAVA_MAJOR)
    throw new NoKafkaHere(
      `Kafka needs Java ${MIN_JAVA_MAJOR}; the java on the PATH is ${major || 'unknown'}. Put a newer one there.`,
    );
}

function requireMaven(): void {
  if (ask('mvn', ['-v']) === undefined)
    throw new NoKafkaHere('Kafka is fetched with Maven, and mvn does not run here. Install Maven 3.');
}

/** The major version in what `java -version` says (`1.8.0` is 8), 0 where it says none. */
export function readJavaMajor(said: string): number {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(said) ?? [];
  return Number(first === '1' ? second : first) || 0;
}

/** What a program says, undefined where it cannot be run. */
function ask(program: string, args: readonly string[]): string | undefined {
  try {
    // Java tells its version on stderr.
    return execFileSync('sh', ['-c', '"$@" 2>&1', 'sh', program, ...args], {
      encoding: 'utf8',
      timeout: ASK_TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}

/** Whole or not at all: into a folder beside it first, which then takes the name. */
function fetchJars(jars: string): void {
  mkdirSync(dirname(jars), { recursive: true });
  const folder = mkdtempSync(`${jars}.new-`);
  const pom = join(folder, 'pom.xml');
  writeFileSync(pom, projectOf(KAFKA_VERSION));
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars'];
  try {
    execFileSync('mvn', ['-B', '-q', '-f', pom, ...goal], { stdio: 'pipe', timeout: FETCH_TIMEOUT_MS });
    if (!existsSync(jars)) renameSync(join(folder, 'jars'), jars);
  } catch (error) {
    const said = String((error as { stdout?: Buffer }).stdout ?? error)
      .trim()
      .split('\n', 5)
      .join('\n');
    throw new Error(
      `${said}\nMaven could not fetch Apache Kafka ${KAFKA_VERSION}. Check the network and Maven's settings, then try again.`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const projectOf = (version: string) => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tiffin</groupId>
  <artifactId>kafka-artifacts</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${version}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;
