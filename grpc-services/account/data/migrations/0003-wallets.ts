import { Migration } from '@mikro-orm/migrations';
import { branchTableSql } from '@tiffin/lib/tcc/branch-rows';

export class Wallets extends Migration {
  override readonly name = '0003-wallets';

  override up(): void {
    // Both balances in one row: every movement locks one row of one user, so none waits for another in a circle. The
    // platform's accounts have no row. It would be the one row that all buyers queue for, each until its commit; what
    // they hold is the sum of their entries, which only an auditor asks for.
    this.addSql(`
      create table account.wallet_balance (
        user_id bigint not null references account."user" (id),
        currency text not null check (currency ~ '^[A-Z]{3}$'),
        available_cents bigint not null check (available_cents >= 0),
        held_cents bigint not null check (held_cents >= 0),
        primary key (user_id, currency)
      )`);
    // What all entries of a transfer have in common stands here, so that they cannot differ in it.
    this.addSql(`
      create table account.ledger_transfer (
        id bigint primary key check (id > 0),
        kind text not null check (kind in ('TOPPED_UP', 'HELD', 'CAPTURED', 'RELEASED')),
        user_id bigint not null,
        currency text not null,
        order_id bigint check (order_id > 0),
        created_at timestamptz not null,
        foreign key (user_id, currency) references account.wallet_balance (user_id, currency),
        check ((kind = 'TOPPED_UP') = (order_id is null))
      )`);
    this.addSql('create index ledger_transfer_by_user on account.ledger_transfer (user_id, id)');
    this.addSql(`
      create unique index ledger_transfer_by_order on account.ledger_transfer (order_id, kind)
      where order_id is not null`);
    this.addSql(`
      create table account.ledger_entry (
        transfer_id bigint not null references account.ledger_transfer (id),
        account text not null
          check (account in ('USER_AVAILABLE', 'USER_HELD', 'SANDBOX_FUNDING', 'ORDER_REVENUE')),
        amount_cents bigint not null check (amount_cents <> 0),
        primary key (transfer_id, account)
      )`);
    this.addSql(
      "comment on column account.ledger_entry.amount_cents is 'Above zero where the account gains; the entries of a transfer sum to zero'",
    );
    for (const sql of branchTableSql('account')) this.addSql(sql);
  }

  override down(): void {
    this.addSql(
      'drop table account.tcc_branch, account.ledger_entry, account.ledger_transfer, account.wallet_balance',
    );
  }
}
