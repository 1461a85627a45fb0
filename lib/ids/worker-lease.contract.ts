import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Migration } from '@mikro-orm/migrations';
import { type DatabaseUnderTest, Wallet } from '../engines/database.contract.ts';
import type { Database } from '../engines/database.ts';
import {
  releaseWorkerLease,
  renewWorkerLease,
  takeWorkerLease,
  workerLeaseTableSql,
} from './worker-lease.ts';

const TTL_MS = 30_000;
const NOW_MS = Date.UTC(2030, 0, 1);
const TAKERS = 40;

export class CreateWorkerLease extends Migration {
  override up(): void {
    for (const sql of workerLeaseTableSql('shop')) this.addSql(sql);
  }
}

export function describeWorkerLease(name: string, start: () => Promise<DatabaseUnderTest>): void {
  describe(`worker lease on ${name}`, () => {
    let engine: DatabaseUnderTest;
    let database: Database;
    before(async () => {
      engine = await start();
      database = await engine.open({ schema: 'shop', entities: [Wallet], migrations: [CreateWorkerLease] });
    });
    beforeEach(() =>
      database.query("update shop.worker_lease set owner = null, expires_at = '-infinity', id_floor_ms = 0"),
    );
    after(async () => {
      await database.close();
      await engine.close();
    });
    const take = (owner: string, nowMs = NOW_MS) =>
      takeWorkerLease(database, { owner, ttlMs: TTL_MS, nowMs });
    const renew = (workerId: number, owner: string) =>
      renewWorkerLease(database, workerId, { owner, ttlMs: TTL_MS, nowMs: NOW_MS });
    const expire = (workerId: number) =>
      database.query(
        "update shop.worker_lease set expires_at = now() - interval '1 ms', id_floor_ms = 0 where worker_id = ?",
        [workerId],
      );

    it('gives each of many who ask at once an id of its own', async () => {
      const ids = await Promise.all(Array.from({ length: TAKERS }, (_, index) => take(`owner ${index}`)));
      assert.equal(new Set(ids).size, TAKERS);
    });

    it('keeps a lease for its owner until it expires by the clock of the database', async () => {
      const id = await take('first');
      const [row] = await database.query<{ left: number }>(
        'select extract(epoch from expires_at - clock_timestamp())::float8 * 1000 as left from shop.worker_lease where worker_id = ?',
        [id],
      );
      assert.ok(row && row.left > 0 && row.left <= TTL_MS, JSON.stringify(row));
      assert.ok(await renew(id, 'first'));
      assert.ok(!(await renew(id, 'second')));
      await expire(id);
      assert.ok(await renew(id, 'first'), 'nobody took it, so it may be kept');
    });

    it('hands an expired id on, and tells the owner of before', async () => {
      await database.query("update shop.worker_lease set expires_at = 'infinity' where worker_id > 1");
      const ids = [await take('owner 0'), await take('owner 1')];
      await assert.rejects(take('late'), { name: 'NoFreeWorkerId', message: /All 1024 worker ids of shop/ });
      const [first = -1] = ids;
      await expire(first);
      assert.equal(await take('late'), first);
      assert.ok(!(await renew(first, 'owner 0')));
      await releaseWorkerLease(database, first, 'owner 0', NOW_MS);
      await assert.rejects(take('later'), { name: 'NoFreeWorkerId' });
    });

    it('takes an id at once after its release, but not by a clock behind its last ids', async () => {
      await database.query("update shop.worker_lease set expires_at = 'infinity' where worker_id > 0");
      assert.equal(await take('first'), 0);
      await releaseWorkerLease(database, 0, 'first', NOW_MS + 50);
      await assert.rejects(take('behind', NOW_MS + 49), { name: 'NoFreeWorkerId' });
      assert.equal(await take('second', NOW_MS + 50), 0);
      await database.query("update shop.worker_lease set expires_at = '-infinity' where worker_id = 0");
      await assert.rejects(
        take('third', NOW_MS + 50),
        { name: 'NoFreeWorkerId' },
        'the floor of a killed owner',
      );
    });
  });
}
