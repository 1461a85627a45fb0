import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeDatabase } from './database.contract.ts';
import { openDatabase } from './database.ts';
import { openEmbeddedPostgres } from './embedded-postgres.ts';

describeDatabase('the embedded engine', async () => {
  const embedded = await openEmbeddedPostgres();
  return { open: (options) => openDatabase({ ...options, embedded }), close: () => embedded.close() };
});

describe('database of a server that cannot be used', () => {
  const open = (url: string) =>
    openDatabase({ schema: 'bank', entities: [], migrations: [], url, urlVariable: 'SHOP_DATABASE_URL' });

  it('refuses a URL that is none, without repeating it', async () => {
    for (const url of ['', 'mysql://me:secret@host/db', 'postgres://', 'secret']) {
      await assert.rejects(open(url), (error: Error) => {
        assert.match(error.message, /^SHOP_DATABASE_URL is not a PostgreSQL URL\. Set it to/);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      });
    }
  });

  it('names the variable, the address and what to do, and never the password', async () => {
    const unreachable = open('postgres://me:secret@127.0.0.1:1/db');
    await assert.rejects(unreachable, (error: Error) => {
      assert.equal(error.name, 'PostgresUnavailable');
      assert.equal(
        error.message,
        'PostgreSQL of SHOP_DATABASE_URL cannot be used: nothing listens at 127.0.0.1:1; start PostgreSQL or correct the address.',
      );
      return true;
    });
  });
});
