import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureProgram } from './ensure-program.ts';
import { startPostgresForTests } from './postgres-for-tests.ts';
import { findTestFiles, rootDir, runTestFiles } from './run-tests.ts';

// npm run test:real [-- <part of a path> …]: the tests that a server embedded in this process cannot honour.
const print = (line: string) => void process.stdout.write(`${line}\n`);
const files = withoutBrowserWhereThereIsNone(findTestFiles({ real: true, patterns: process.argv.slice(2) }));

print('Tests on real servers, and what each needs:');
for (const file of files) print(`  ${file}  ${describeNeeds(file)}`);

try {
  ensureProgram('redis-server', 'redis-server', print);
  const postgres = await startPostgresForTests(print);
  print(`PostgreSQL: ${postgres.description}; each test creates and drops databases of its own there.`);
  print('Redis: each test starts a redis-server of its own.\n');
  process.exitCode = await runTestFiles(files, {
    fileTimeoutMs: 300_000,
    concurrency: 2,
    env: { TEST_DATABASE_URL: postgres.url },
  });
  postgres.stop();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

/** Read off the helpers that a test imports; one that goes through a harness may use both. */
function describeNeeds(file: string): string {
  const source = readFileSync(join(rootDir, file), 'utf8');
  const needs = [];
  if (source.includes('testing/real-postgres')) needs.push('PostgreSQL');
  if (source.includes('testing/real-redis')) needs.push('redis-server');
  if (source.includes('playwright-core')) needs.push('chromium');
  return needs.join(', ') || 'PostgreSQL, redis-server';
}

/** A browser is the one thing that not every machine can have; all else is demanded. */
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
