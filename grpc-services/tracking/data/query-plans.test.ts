import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createTrackingTestBed, seen, type TrackingTestBed } from '../tracking-test-bed.ts';
import { findViewsSql, foldDaysSql } from './counter-rows.ts';
import { findHistoriesSql, saveHistoriesSql } from './history-rows.ts';

let bed: TrackingTestBed;
before(async () => {
  bed = await createTrackingTestBed();
  const { database } = bed.deps;
  // Enough rows that the planner prefers an index by itself.
  await database.query(`
    insert into tracking.history (user_id, kind, target_id, at)
    select n / 50 + 1, n % 2 + 1, n, to_timestamp(n) from generate_series(1, 20000) as n`);
  await database.query(`
    insert into tracking.counter (kind, target_id, day, epoch, views)
    select n % 2 + 1, n / 30 + 1, date '2030-01-01' + n % 30, 1, 1 from generate_series(1, 20000) as n`);
  await database.query(`
    insert into tracking.counter_total (kind, target_id, views)
    select n % 2 + 1, n, 1 from generate_series(1, 20000) as n`);
  for (const table of ['history', 'counter', 'counter_total'])
    await database.query(`analyze tracking.${table}`);
});
after(() => bed.stop());

async function planOf(sql: string, parameters: readonly unknown[]): Promise<string> {
  const rows = await bed.deps.database.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, parameters);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('the plan', () => {
  it('of histories reads the rows of those users', async () => {
    const plan = await planOf(findHistoriesSql, ['{1,2,3}']);
    assert.match(plan, /history_pkey/, plan);
    assert.doesNotMatch(plan, /Seq Scan/, plan);
  });

  it('of their write too, whatever is written', async () => {
    const { sql, parameters } = saveHistoriesSql([{ userId: '5', seen: [seen('1', 1)] }]);
    const plan = await planOf(sql, parameters);
    assert.match(plan, /history_pkey/, plan);
    assert.doesNotMatch(plan, /Seq Scan/, plan);
  });

  it('of counts reads the rows of those things', async () => {
    const plan = await planOf(findViewsSql, [1, '{1,2,3}', 1, '{1,2,3}']);
    assert.match(plan, /counter_pkey/, plan);
    assert.match(plan, /counter_total_pkey/, plan);
    assert.doesNotMatch(plan, /Seq Scan/, plan);
  });

  it('of folding reads old days', async () => {
    const plan = await planOf(foldDaysSql, ['2030-01-02T00:00:00Z', 1_000]);
    assert.match(plan, /counter_day/, plan);
    assert.doesNotMatch(plan, /Seq Scan/, plan);
  });
});
