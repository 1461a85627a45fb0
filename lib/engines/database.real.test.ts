import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createRealPostgres, type RealPostgres } from '../testing/real-postgres.ts';
import { type DatabaseUnderTest, describeDatabase, openWallets, Wallet } from './database.contract.ts';
import { openDatabase } from './database.ts';
import { isStatementTimeout } from './database-errors.ts';

const STARTERS = 8;
const POOL_SIZE = 3;

describeDatabase('PostgreSQL', async () => {
  const server = await createRealPostgres();
  // Transfers queue for row locks, longer than a request may on a busy machine.
  const open: DatabaseUnderTest['open'] = (options) =>
    openDatabase({ ...options, url: server.url, statementTimeoutMs: 10_000 });
  return { open, close: () => server.drop() };
});

describe('database on PostgreSQL only', () => {
  let server: RealPostgres;
  let engine: DatabaseUnderTest;
  before(async () => {
    server = await createRealPostgres();
    engine = {
      open: (options) =>
        openDatabase({ ...options, url: server.url, poolSize: POOL_SIZE, statementTimeoutMs: 1_000 }),
      async close() {},
    };
  });
  after(() => server.drop());

  it('migrates once when several processes start at once', async () => {
    const databases = await Promise.all(Array.from({ length: STARTERS }, () => openWallets(engine, 'bank')));
    const [database] = databases;
    assert.equal((await database?.query('select 1 from bank.migration'))?.length, 1);
    await Promise.all(databases.map((each) => each.close()));
  });

  it('stops a statement that takes too long', async () => {
    const database = await openWallets(engine, 'bank');
    await assert.rejects(database.query('select pg_sleep(5)'), isStatementTimeout);
    const [session] = await database.query<{ application_name: string }>(
      'select application_name from pg_stat_activity where pid = pg_backend_pid()',
    );
    assert.equal(session?.application_name, 'tiffin-bank');
    await database.close();
  });

  it('has its whole pool again after the server dropped every open transaction', async () => {
    const database = await openWallets(engine, 'bank');
    const dropped = () =>
      database.transaction(async (em) => {
        await em.execute('select pg_terminate_backend(pg_backend_pid())');
      });
    for (let round = 0; round < 2; round++) {
      const results = await Promise.allSettled(Array.from({ length: POOL_SIZE }, dropped));
      assert.deepEqual(
        results.map((result) => result.status),
        Array(POOL_SIZE).fill('rejected'),
      );
    }
    const counts = await Promise.all(
      Array.from({ length: POOL_SIZE * 2 }, () => database.transaction((em) => em.count(Wallet))),
    );
    assert.deepEqual(new Set(counts), new Set([10]));
    await database.close();
  });

  it('says when the database of the URL does not exist', async () => {
    const url = new URL(server.url);
    url.pathname = '/tiffin_no_such_database';
    const open = openDatabase({ schema: 'bank', entities: [], migrations: [], url: url.href });
    await assert.rejects(open, {
      message: /DATABASE_URL.*has no database "tiffin_no_such_database"; create it/,
    });
  });
});
