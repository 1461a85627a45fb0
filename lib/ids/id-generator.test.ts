import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { openIdGenerator } from './id-generator.ts';
import type { LeaseDatabase } from './worker-lease.ts';

const TTL_MS = 30_000;
const workerOf = (id: bigint) => Number((id >> 12n) & 1023n);

/** The lease table of one row at a time, as far as the generator's own logic needs it. The SQL has tests of its own. */
function fakeTable() {
  const table = {
    nextWorkerId: 7,
    owner: undefined as unknown,
    down: false,
    renewals: 0,
    released: [] as unknown[],
    schema: 'shop',
    async query(sql: string, parameters: readonly unknown[] = []) {
      if (table.down) throw new Error('connection refused');
      if (sql.includes('skip locked')) {
        table.owner = parameters[0];
        return [{ worker_id: table.nextWorkerId++ }];
      }
      if (sql.includes('owner = null')) {
        table.released = [...parameters];
        return [];
      }
      table.renewals++;
      return parameters[3] === table.owner ? [{ worker_id: 0 }] : [];
    },
  };
  return table as typeof table & LeaseDatabase;
}

async function start() {
  const clock = new VirtualClock();
  const table = fakeTable();
  const startMs = clock.now();
  let frozenMs = 0;
  const warnings: string[] = [];
  const ids = await openIdGenerator({
    database: table,
    clock,
    ttlMs: TTL_MS,
    monotonicNow: () => clock.now() - startMs + frozenMs,
    logger: { warn: (_fields, message) => warnings.push(message) },
  });
  /** Time passes without any timer firing, as for a stopped process. */
  const freeze = (ms: number) => {
    frozenMs += ms;
  };
  return { clock, table, ids, warnings, freeze };
}

describe('id generator', () => {
  it('makes ids with its worker id for as long as it renews the lease, and leaves nothing behind', async () => {
    const { clock, table, ids } = await start();
    await clock.advance(TTL_MS * 3);
    assert.equal(workerOf(await ids.nextId()), 7);
    assert.equal(table.renewals, 9);
    const lastMs = clock.now();
    await ids.stop();
    assert.deepEqual([table.released[0], table.released[1]], [lastMs + 1, 7]);
    assert.equal(clock.pendingTimers, 0);
    await assert.rejects(ids.nextId(), { name: 'WorkerLeaseLost' });
  });

  it('waits for the clock instead of repeating an id', async () => {
    const { clock, ids } = await start();
    const first = await ids.nextId();
    clock.jump(-50);
    const second = ids.nextId();
    await clock.advance(49);
    assert.equal(await Promise.race([second, 'waiting']), 'waiting');
    await clock.advance(1);
    assert.ok((await second) > first);
    clock.jump(-101);
    await assert.rejects(ids.nextId(), { name: 'ClockMovedBack' });
    await ids.stop();
  });

  it('makes more than 4,096 ids by going on in the next millisecond', async () => {
    const { clock, ids } = await start();
    const making = Promise.all(Array.from({ length: 5_000 }, () => ids.nextId()));
    await clock.advance(2);
    assert.equal(new Set(await making).size, 5_000);
    await ids.stop();
  });

  it('refuses once the lease could not be renewed in time, and works again when the database is back', async () => {
    const { clock, table, ids, warnings } = await start();
    table.down = true;
    await clock.advance(TTL_MS - 1);
    await ids.nextId();
    await clock.advance(1);
    await assert.rejects(ids.nextId(), { name: 'WorkerLeaseLost', message: /No ids for shop/ });
    assert.ok(warnings.length > 0);
    table.down = false;
    await clock.advance(TTL_MS / 3);
    assert.equal(workerOf(await ids.nextId()), 7);
    await ids.stop();
  });

  it('takes another worker id when somebody else has its lease', async () => {
    const { clock, table, ids } = await start();
    table.owner = 'somebody else';
    await clock.advance(TTL_MS / 3);
    assert.equal(workerOf(await ids.nextId()), 8);
    await ids.stop();
  });

  it('refuses right after a freeze that outlasted the lease, before any timer has fired', async () => {
    const { clock, ids, freeze } = await start();
    freeze(TTL_MS);
    await assert.rejects(ids.nextId(), { name: 'WorkerLeaseLost' });
    await clock.advance(TTL_MS / 3);
    await ids.nextId();
    await ids.stop();
  });

  it('refuses ids of a future that is not leased, when the wall clock jumps ahead', async () => {
    const { clock, ids } = await start();
    clock.jump(TTL_MS);
    await assert.rejects(ids.nextId(), { name: 'WorkerLeaseLost' });
    await ids.stop();
  });
});
