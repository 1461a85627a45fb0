import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Database, openDatabase } from '../engines/database.ts';
import { createRealPostgres, type RealPostgres } from '../testing/real-postgres.ts';
import { CreateWorkerLease, describeWorkerLease } from './worker-lease.contract.ts';
import { takeWorkerLease } from './worker-lease.ts';

const PROCESSES = 5;
const TAKES_EACH = 30;

describeWorkerLease('PostgreSQL', async () => {
  const server = await createRealPostgres();
  return {
    open: (options) => openDatabase({ ...options, url: server.url, statementTimeoutMs: 10_000 }),
    close: () => server.drop(),
  };
});

describe('worker lease between competing sessions', () => {
  let server: RealPostgres;
  let databases: Database[];
  before(async () => {
    server = await createRealPostgres();
    const open = () =>
      openDatabase({
        schema: 'shop',
        entities: [],
        migrations: [CreateWorkerLease],
        url: server.url,
        statementTimeoutMs: 10_000,
      });
    databases = await Promise.all(Array.from({ length: PROCESSES }, open));
  });
  after(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await server.drop();
  });

  it('never gives one id to two of them', async () => {
    const take = (database: Database, owner: string) =>
      takeWorkerLease(database, { owner, ttlMs: 30_000, nowMs: Date.now() });
    const ids = await Promise.all(
      databases.flatMap((database, index) =>
        Array.from({ length: TAKES_EACH }, (_, turn) => take(database, `owner ${index}.${turn}`)),
      ),
    );
    assert.equal(new Set(ids).size, PROCESSES * TAKES_EACH);
  });

  it('does not wait for a row that another session is about to take', async () => {
    const [holder, taker] = databases;
    assert.ok(holder && taker);
    await holder.transaction(async (em) => {
      const [row] = await em.execute<{ worker_id: number }[]>(
        `select worker_id from shop.worker_lease where expires_at < now()
         order by id_floor_ms, worker_id limit 1 for update`,
      );
      const id = await takeWorkerLease(taker, { owner: 'quick', ttlMs: 30_000, nowMs: Date.now() });
      assert.notEqual(id, row?.worker_id);
    });
  });
});
