import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openTestDatabase, type TestDatabase } from '@tiffin/lib/testing/test-database';
import { accountSchema } from '../account-test-bed.ts';
import { branchesSql, transfersSql, walletsSql } from './audit-wallets.ts';
import { walletEntriesSql } from './wallet-store.ts';

let bed: TestDatabase;
before(async () => {
  bed = await openTestDatabase(accountSchema);
  const { database } = bed;
  // Enough rows that the planner prefers an index by itself.
  await database.query(`
    insert into account."user" (id, email, email_key, password_hash, display_name, roles, created_at)
    select n, n || '@tiffin.example', n || '@tiffin.example', 'hash', 'Ada', '{}', to_timestamp(n)
    from generate_series(1, 2000) as n`);
  await database.query(`
    insert into account.wallet_balance (user_id, currency, available_cents, held_cents)
    select n, 'EUR', 0, 0 from generate_series(1, 2000) as n`);
  await database.query(`
    insert into account.ledger_transfer (id, kind, user_id, currency, order_id, created_at)
    select n, case n % 2 when 0 then 'TOPPED_UP' else 'HELD' end, 1 + n % 2000, 'EUR', case n % 2 when 1 then n end,
      to_timestamp(n) from generate_series(1, 20000) as n`);
  await database.query(`
    insert into account.ledger_entry (transfer_id, account, amount_cents)
    select n, account, 5 from generate_series(1, 20000) as n, unnest('{USER_AVAILABLE,SANDBOX_FUNDING}'::text[]) account`);
  await database.query(`
    insert into account.tcc_branch select n, 'funds', 'TRIED', to_timestamp(n) from generate_series(1, 20000) as n`);
  await database.query(
    'analyze account.wallet_balance, account.ledger_transfer, account.ledger_entry, account.tcc_branch',
  );
});
after(() => bed.stop());

async function planOf(sql: string, parameters: readonly unknown[]): Promise<string> {
  const rows = await bed.database.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, parameters);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('the plan', () => {
  it("of a batch of pages reads the user's index once for each page, and the entries of its transfers only", async () => {
    const pages = ['1', '2'].map((parentId) => ({ parentId, first: 20, afterId: '10000' }));
    const { sql, parameters } = walletEntriesSql(pages);
    const plan = await planOf(sql, parameters);
    assert.match(plan, /Index Scan.* using ledger_transfer_by_user /, plan);
    assert.match(plan, /Index Cond: .*user_id = page.parent_id.*id < page.after_id/, plan);
    assert.match(plan, /(Index Scan|Bitmap Index Scan).* (using|on) ledger_entry_pkey/, plan);
    assert.doesNotMatch(plan, /Seq Scan/, plan);
  });

  it('of a page of audited transfers reads the entries of each', async () => {
    const plan = await planOf(transfersSql, ['10000', 500]);
    assert.match(plan, /using ledger_transfer_pkey .*\n *Index Cond: \(id > /, plan);
    assert.match(plan, /(using|on) ledger_entry_pkey/, plan);
    assert.doesNotMatch(plan, /Seq Scan|Hash Join|Merge Join/, plan);
  });

  it('of a page of audited wallets reads the transfers of each', async () => {
    const plan = await planOf(walletsSql, ['1000', 'EUR', 100]);
    assert.match(plan, /using wallet_balance_pkey .*\n *Index Cond: \(ROW\(user_id, currency\) > /, plan);
    assert.match(plan, /(using|on) ledger_transfer_by_user/, plan);
    assert.match(plan, /(using|on) ledger_entry_pkey/, plan);
    assert.match(plan, /using tcc_branch_pkey /, plan);
    assert.doesNotMatch(plan, /Seq Scan|Hash Join|Merge Join/, plan);
  });

  it('of a page of audited branches reads the transfers of each', async () => {
    const plan = await planOf(branchesSql, ['10000', 500]);
    assert.match(plan, /using tcc_branch_pkey .*\n *Index Cond: \(\(transaction_id > /, plan);
    assert.match(plan, /(using|on) ledger_transfer_by_order/, plan);
    assert.doesNotMatch(plan, /Seq Scan|Hash Join|Merge Join/, plan);
  });
});
