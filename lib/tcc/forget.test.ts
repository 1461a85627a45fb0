import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { BRANCH_RETENTION_MS, forgetBranches } from './forget-branches.ts';
import { forgetTransactions, TRANSACTION_RETENTION_MS } from './forget-transactions.ts';
import { clearTcc, tccSchema } from './testing/tcc-schema.ts';

/** More than two statements delete. */
const ROWS = 2_500;

describe('forgetting', () => {
  let bed: TestDatabase;
  let clock: VirtualClock;
  before(async () => {
    bed = await openTestDatabase(tccSchema);
  });
  after(() => bed.stop());
  beforeEach(async () => {
    clock = new VirtualClock();
    await clearTcc(bed.database);
  });
  const now = () => new Date(clock.now()).toISOString();
  const countOf = async (table: string, where = 'true') =>
    (await bed.database.query(`select from tcc.${table} where ${where}`)).length;

  it('forgets branches that ended 45 days ago, and never one that holds something', async () => {
    await bed.database.query(
      `insert into tcc.tcc_branch
       select n, 'stock', (array['CONFIRMED', 'CANCELLED', 'TRIED'])[case when n > ${ROWS} then 3 else n % 2 + 1 end], ?::timestamptz
       from generate_series(1, ${ROWS} + 10) n`,
      [now()],
    );
    clock.jump(BRANCH_RETENTION_MS);
    assert.equal(await forgetBranches(bed.database, clock), 0);
    clock.jump(1);
    await bed.database.query(`insert into tcc.tcc_branch values (9999, 'stock', 'CANCELLED', ?)`, [now()]);
    assert.equal(await forgetBranches(bed.database, clock, AbortSignal.abort()), 0);
    bed.statements.length = 0;
    assert.equal(await forgetBranches(bed.database, clock), ROWS);
    assert.equal(bed.statements.length, 3, 'a thousand rows a statement');
    assert.equal(await countOf('tcc_branch', "state = 'TRIED'"), 10);
    assert.equal(await countOf('tcc_branch'), 11);
  });

  it('forgets transactions that ended 45 days ago, and never one that has not, nor what people did', async () => {
    await bed.database.query(
      `insert into tcc.tcc_transaction (id, state, participants, open, due_at, begun_at, ended_at)
       select n, s, '[]', '[]', case when s in ('TRYING', 'CONFIRMING', 'CANCELLING') then at end, at,
         case when s in ('CONFIRMED', 'CANCELLED', 'SETTLED') then at end
       from (select n, ?::timestamptz as at, case when n > ${ROWS}
           then (array['TRYING', 'PREPARED', 'CONFIRMING', 'CANCELLING'])[n - ${ROWS}]
           else (array['CONFIRMED', 'CANCELLED', 'SETTLED'])[n % 3 + 1] end as s
         from generate_series(1, ${ROWS} + 4) n) as rows`,
      [now()],
    );
    await bed.database.query(
      `insert into tcc.tcc_resolution (transaction_id, resolution, actor_id, reason, open, at)
       values (2, 'SETTLED_BY_HAND', 7, 'paid back', '["funds"]', ?)`,
      [now()],
    );
    clock.jump(TRANSACTION_RETENTION_MS);
    assert.equal(await forgetTransactions(bed.database, clock), 0);
    clock.jump(1);
    assert.equal(await forgetTransactions(bed.database, clock, AbortSignal.abort()), 0);
    bed.statements.length = 0;
    assert.equal(await forgetTransactions(bed.database, clock), ROWS);
    assert.equal(bed.statements.length, 3, 'a thousand rows a statement');
    assert.equal(await countOf('tcc_transaction'), 4);
    assert.equal(await countOf('tcc_resolution'), 1);
  });
});
