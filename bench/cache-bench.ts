import { parseArgs } from 'node:util';
import { createRealPostgres } from '@tiffin/lib/testing/real-postgres';
import { startRealRedis } from '@tiffin/lib/testing/real-redis';
import { startPostgresForTests } from '../scripts/postgres-for-tests.ts';
import { benchCases, readmeQuery } from './bench-case.ts';
import { type CacheComparison, cacheUses, compareCaches } from './compare-caches.ts';
import { shown, table } from './print-report.ts';

// npm run bench:cache [-- --real --rounds 9 --requests 60]: what requests cost with the cache on, with Redis alone, and
// off. On the embedded engines, or on those of DATABASE_URL and REDIS_URL; --real starts servers, and adds a table.
const { values } = parseArgs({
  options: {
    real: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    /** Of a round. */
    requests: { type: 'string', default: '60' },
  },
});

function atLeastOne(option: 'rounds' | 'requests'): number {
  const value = Number(values[option]);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`--${option} must be a whole number, 1 or more; it is ${values[option]}.`);
}

const options = { rounds: atLeastOne('rounds'), requestsPerRound: atLeastOne('requests') };
const cases = benchCases().filter(({ name }) => name === readmeQuery || name === 'BestShops');
const print = (text: string) => void process.stdout.write(`${text}\n`);

const { DATABASE_URL, REDIS_URL } = process.env;
const given = { ...(DATABASE_URL && { DATABASE_URL, DEMO_DATA: 'true' }), ...(REDIS_URL && { REDIS_URL }) };

print(
  `Node ${process.versions.node}. The median of ${options.rounds} rounds of ${options.requestsPerRound} requests each, one after the other (least–most).
CPU of all threads of this process, from the executor to the engines, without HTTP, which no cache changes.
It is always the same request: each key is hot.`,
);
print(`\n${titleOf(given)}\n${tableOf(await compareCaches(cases, given, options))}`);
if (values.real) await measureReal();

async function measureReal(): Promise<void> {
  const server = await startPostgresForTests(print);
  process.env['TEST_DATABASE_URL'] = server.url;
  const [postgres, redis] = await Promise.all([createRealPostgres(), startRealRedis()]);
  const env = { DATABASE_URL: postgres.url, DEMO_DATA: 'true', REDIS_URL: redis.url };
  try {
    print(`\n${titleOf(env)}\n${tableOf(await compareCaches(cases, env, options))}`);
  } finally {
    await Promise.all([postgres.drop(), redis.stop()]);
    server.stop();
  }
}

function titleOf(env: { readonly DATABASE_URL?: string; readonly REDIS_URL?: string }): string {
  const database = env.DATABASE_URL ? 'PostgreSQL, whose own CPU is not counted' : 'PGlite in this process';
  const redis = env.REDIS_URL ? 'Redis, whose own CPU is not counted' : 'Redis imitated in this process';
  return `On ${database}, and ${redis}`;
}

function tableOf(comparisons: readonly CacheComparison[]): string {
  const rows = comparisons.flatMap(({ name, costs }) =>
    cacheUses.map((use) => {
      const { cpu, ratio, statements, roundTrips } = costs[use];
      return [
        name,
        use,
        shown(cpu),
        ratio.toFixed(2),
        statements.median.toFixed(1),
        roundTrips.median.toFixed(1),
      ];
    }),
  );
  return table([['operation', 'CACHE', 'CPU in µs', 'to off', 'statements', 'Redis round trips'], ...rows]);
}
