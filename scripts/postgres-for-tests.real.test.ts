import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProgram } from './ensure-program.ts';
import { startOwnPostgres } from './postgres-for-tests.ts';
import { tryPostgresLogin } from './try-postgres-login.ts';

test('a PostgreSQL of our own lets the tests in, and is gone after stop', async (t) => {
  const initdb = findProgram('initdb');
  if (!initdb) return t.skip('initdb is not installed: the tests use a server that was found');
  const postgres = await startOwnPostgres(initdb);
  const port = Number(new URL(postgres.url).port);
  assert.equal(await tryPostgresLogin('127.0.0.1', port), 'accepted');
  postgres.stop();
  assert.equal(await tryPostgresLogin('127.0.0.1', port), 'unreachable');
});
