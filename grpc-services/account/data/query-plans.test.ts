import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '@tiffin/lib/testing/test-database';
import { accountSchema } from '../account-test-bed.ts';
import { walletEntriesSql } from './wallet-store.ts';

test("a batch of pages reads the user's index once for each page, and the entries of its transfers only", async () => {
  const { database, stop } = await openTestDatabase(accountSchema);
  // Enough rows that the planner prefers an index by itself.
  await database.query(`
    insert into account."user" (id, email, email_key, password_hash, display_name, roles, created_at)
    select n, n || '@tiffin.example', n || '@tiffin.example', 'hash', 'Ada', '{}', to_timestamp(n)
    from generate_series(1, 400) as n`);
  await database.query(`
    insert into account.wallet_balance (user_id, currency, available_cents, held_cents)
    select n, 'EUR', 0, 0 from generate_series(1, 400) as n`);
  await database.query(`
    insert into account.ledger_transfer (id, kind, user_id, currency, created_at)
    select n, 'TOPPED_UP', 1 + n % 400, 'EUR', to_timestamp(n) from generate_series(1, 20000) as n`);
  await database.query(`
    insert into account.ledger_entry (transfer_id, account, amount_cents)
    select n, account, 5 from generate_series(1, 20000) as n, unnest('{USER_AVAILABLE,SANDBOX_FUNDING}'::text[]) account`);
  await database.query('analyze account.ledger_transfer, account.ledger_entry');
  const pages = ['1', '2'].map((parentId) => ({ parentId, first: 20, afterId: '10000' }));
  const { sql, parameters } = walletEntriesSql(pages);
  const rows = await database.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, parameters);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  assert.match(plan, /Index Scan.* using ledger_transfer_by_user /, plan);
  assert.match(plan, /Index Cond: .*user_id = page.parent_id.*id < page.after_id/, plan);
  assert.match(plan, /(Index Scan|Bitmap Index Scan).* (using|on) ledger_entry_pkey/, plan);
  assert.doesNotMatch(plan, /Seq Scan/, plan);
  await stop();
});
