import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Database } from '../engines/database.ts';
import { createRealPostgres, type RealPostgres } from '../testing/real-postgres.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { AppError } from './app-error.ts';
import { toAppError } from './normalize-error.ts';

let postgres: RealPostgres;
let bed: TestDatabase;
let database: Database;
before(async () => {
  postgres = await createRealPostgres();
  const engine = { url: postgres.url, poolSize: 1, connectTimeoutMs: 200 };
  bed = await openTestDatabase({ schema: 'farm', entities: [], migrations: [] }, engine);
  database = bed.database;
});
after(async () => {
  await bed.stop();
  await postgres.drop();
});

const reads: ((sql: string) => Promise<unknown>)[] = [
  (sql) => database.query(sql),
  (sql) => database.fork().execute(sql),
  (sql) => database.transaction((em) => em.execute(sql)),
];

/** Whichever way a service asks, it is told to come back; the message says why. */
async function assertUnavailable(sql: string, because: RegExp): Promise<void> {
  for (const read of reads) {
    const thrown = await read(sql).then(
      () => assert.fail('The statement must fail.'),
      (error: Error) => error,
    );
    assert.match(thrown.message, because);
    assert.ok(AppError.is(toAppError(thrown), 'UNAVAILABLE'), String(thrown));
  }
}

test('a statement that takes too long', () => assertUnavailable('select pg_sleep(5)', /statement timeout/));

test('a connection that the server ends', () =>
  assertUnavailable('select pg_terminate_backend(pg_backend_pid())', /terminat/));

test('a pool without a free connection', () =>
  database.transaction(() => assertUnavailable('select 1', /timeout exceeded when trying to connect/)));

test('a table that does not exist is a defect', async () => {
  for (const read of reads) {
    const thrown = await read('select 1 from farm.nothing').catch((error: unknown) => error);
    assert.equal(toAppError(thrown).code, 'INTERNAL');
  }
});
